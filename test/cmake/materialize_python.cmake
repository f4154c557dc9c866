# cmake -DWORK=<empty dir> -P materialize_python.cmake
# pyembed_materialize_python() on a small store whose file names are hard on CMake's lists.
cmake_minimum_required(VERSION 3.20...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/../../cmake/modules/pyembed_materialize_python.cmake")

set(build "${WORK}/a [b] (c) ü $x/python")

# make_entry(<name> <path>=<content>...): a store entry; content "->target" makes a link.
function(make_entry name)
  set(prefix "${WORK}/store ]/${name}/prefix")
  set(lines "")
  foreach(file IN LISTS ARGN)
    string(REGEX MATCH "^(.*)=(.*)$" file "${file}")
    set(path "${CMAKE_MATCH_1}")
    set(content "${CMAKE_MATCH_2}")
    string(REPLACE "<open>" "[" path "${path}")
    string(REPLACE "<semicolon>" ";" path "${path}")
    cmake_path(GET path PARENT_PATH directory)
    file(MAKE_DIRECTORY "${prefix}/${directory}")
    string(REPLACE "\"" "\\\"" json "${path}")
    if(content MATCHES "^->(.*)$")
      file(CREATE_LINK "${CMAKE_MATCH_1}" "${prefix}/${path}" SYMBOLIC)
      string(APPEND lines ",\n    \"${json}\": {\"link\":\"${CMAKE_MATCH_1}\"}")
    else()
      file(WRITE "${prefix}/${path}" "${content}")
      string(SHA256 hash "${content}")
      string(APPEND lines ",\n    \"${json}\": {\"mode\":\"0644\",\"sha256\":\"${hash}\",\"size\":1}")
    endif()
  endforeach()
  string(SUBSTRING "${lines}" 1 -1 lines)
  file(WRITE "${prefix}/../inventory.json" "{\n  \"schema\": 1,\n  \"files\": {${lines}\n  }\n}\n")
endfunction()

function(materialize name)
  pyembed_materialize_python(STORE_ENTRY "${WORK}/store ]/${name}" DESTINATION "${build}" REQUIRED os.py)
endfunction()

function(expect_file path expected)
  file(READ "${build}/${path}" actual)
  if(NOT actual STREQUAL expected)
    message(SEND_ERROR "'${path}': expected '${expected}', found '${actual}'")
  endif()
endfunction()

function(expect_gone)
  foreach(path IN LISTS ARGN)
    if(EXISTS "${build}/${path}" OR IS_SYMLINK "${build}/${path}")
      message(SEND_ERROR "'${path}' should be gone")
    endif()
  endforeach()
endfunction()

file(REMOVE_RECURSE "${WORK}")
make_entry(one "os.py=1" "same=1" "goes/deep/x.py=1" "link=->os.py" "dangling=->nowhere" "kind=1"
  "a <open>b=1" "s<semicolon>t=1" "q\"uote (dev)=1")
make_entry(two "os.py=2" "same=1" "link=->same" "kind/inner=2" "a <open>b=2" "s<semicolon>t=2" "new/y.py=2")

materialize(one)
expect_file(os.py 1)
expect_file("a [b" 1)
expect_file("s;t" 1)
expect_file("q\"uote (dev)" 1)
if(NOT IS_SYMLINK "${build}/dangling")
  message(SEND_ERROR "a dangling link was not kept")
endif()

file(WRITE "${build}/goes/deep/__pycache__/x.pyc" "")   # byte code of a file that goes
file(WRITE "${build}/mine/module.py" "mine")            # what the project built
materialize(two)
expect_file(os.py 2)
expect_file(kind/inner 2)
expect_file(mine/module.py mine)
expect_file("a [b" 2)
expect_file("s;t" 2)
file(READ_SYMLINK "${build}/link" target)
if(NOT target STREQUAL "same")
  message(SEND_ERROR "link: expected 'same', found '${target}'")
endif()
expect_gone(goes dangling "q\"uote (dev)")

# Killed on the way from two to one: os.py and the inventory of two, `same` already touched.
file(COPY "${WORK}/store ]/one/inventory.json" DESTINATION "${WORK}")
file(RENAME "${WORK}/inventory.json" "${build}.pyembed/pending.json")
file(WRITE "${build}/goes/deep/x.py" 1)
file(WRITE "${build}/os.py" 1)
materialize(two)
expect_file(os.py 2)
expect_gone(goes)

file(REMOVE "${build}/os.py")                           # damage
materialize(two)
expect_file(os.py 2)

file(REMOVE_RECURSE "${build}")
materialize(one)
expect_file(os.py 1)
