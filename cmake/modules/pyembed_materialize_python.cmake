include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_materialize_python
--------------------------

Makes a directory hold exactly the Python of a store entry, and keeps it so.

.. code-block:: cmake

  pyembed_materialize_python(
    STORE_ENTRY <dir>        # holds prefix/ and inventory.json
    DESTINATION <dir>        # becomes the build Python
    REQUIRED <path>...)      # relative; one of them missing means damage: all is copied again

The first time everything is staged in a sibling and renamed into place. Later the
inventory the destination was made from is compared with the store entry's, line
by line:

* unchanged files keep their inode and time, so adding a package recompiles nothing;
* new and changed ones are replaced by renaming, with the present as their time,
  so that what was built from the old ones is out of date;
* removed ones go, and with them the directories they leave empty but for byte code;
* what no inventory names (modules the project builds into it) stays.

``<DESTINATION>.pyembed/`` holds what must be remembered: ``inventory.json``, what
the destination was made from, and while it is changed ``pending.json``, what it
becomes. Killed at any moment, the next configure completes the work: what the two
disagree about is copied again.

``file(COPY)`` clones (reflink) where CMake and the file system can, keeps symbolic
links, and takes what the inventory names, never what else lies in the store.
#]=======================================================================]
function(pyembed_materialize_python)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "STORE_ENTRY;DESTINATION" "REQUIRED")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_materialize_python: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected STORE_ENTRY, DESTINATION and REQUIRED.")
  endif()
  foreach(keyword IN ITEMS STORE_ENTRY DESTINATION REQUIRED)
    if(NOT DEFINED arg_${keyword})
      message(FATAL_ERROR "pyembed_materialize_python: ${keyword} is missing.")
    endif()
  endforeach()

  set(state "${arg_DESTINATION}.pyembed")
  set(wanted "${arg_STORE_ENTRY}/inventory.json")
  set(current "${state}/inventory.json")
  set(pending "${state}/pending.json")

  if(EXISTS "${arg_DESTINATION}" AND NOT EXISTS "${current}")
    message(FATAL_ERROR
      "pyembed: '${arg_DESTINATION}' exists, but pyembed did not make it. It is where the Python of this build "
      "goes. Move it away, or configure in another build directory.")
  endif()

  set(damaged FALSE)
  if(EXISTS "${arg_DESTINATION}" AND NOT EXISTS "${pending}")
    file(READ "${wanted}" wanted_text)
    file(READ "${current}" current_text)
    if(wanted_text STREQUAL current_text)
      _pyembed_find_missing("${arg_DESTINATION}" damaged ${arg_REQUIRED})
      if(NOT damaged)
        return()
      endif()
    endif()
  endif()

  _pyembed_read_inventory("${wanted}" new)
  if(new STREQUAL "")
    message(FATAL_ERROR "pyembed: '${wanted}' lists no files. Install the store entry again with\n  cmake -E rm -rf \"${PYEMBED_STORE_ENTRY}\"\n  pyembed sync")
  endif()

  file(REMOVE_RECURSE "${state}/stage" "${state}/incoming")
  file(COPY "${wanted}" DESTINATION "${state}/incoming")

  if(NOT EXISTS "${arg_DESTINATION}")
    _pyembed_stage_tree("${arg_STORE_ENTRY}/prefix" "${state}/stage" new)
    file(REMOVE "${pending}")
    file(RENAME "${state}/incoming/inventory.json" "${current}")
    file(RENAME "${state}/stage" "${arg_DESTINATION}")
    file(REMOVE_RECURSE "${state}/incoming")
    list(LENGTH new count)
    message(STATUS "pyembed: made '${arg_DESTINATION}' (${count} files)")
    return()
  endif()

  # What is surely there: the old lines, less those an interrupted change may have replaced.
  _pyembed_read_inventory("${current}" old)
  set(sure "${old}")
  set(present "${old}")
  if(EXISTS "${pending}")
    _pyembed_read_inventory("${pending}" half)
    list(REMOVE_ITEM old ${half})
    list(REMOVE_ITEM sure ${old})
    list(APPEND present ${half})
  endif()
  if(damaged)
    set(sure "")
  endif()

  set(changed "${new}")
  list(REMOVE_ITEM changed ${sure})
  set(gone "${present}")
  list(REMOVE_ITEM gone ${new})
  _pyembed_inventory_paths(changed changed_paths)
  _pyembed_inventory_paths(gone gone_paths)
  list(REMOVE_DUPLICATES gone_paths)
  list(REMOVE_ITEM gone_paths ${changed_paths})

  # Everything that can fail for want of a file comes first; from `pending` on it is renames.
  _pyembed_stage_files("${arg_STORE_ENTRY}/prefix" "${state}/stage" changed)
  file(RENAME "${state}/incoming/inventory.json" "${pending}")
  _pyembed_remove_files("${arg_DESTINATION}" gone_paths)
  foreach(path IN LISTS changed_paths)
    _pyembed_decode_path(path)
    cmake_path(GET path PARENT_PATH directory)
    file(MAKE_DIRECTORY "${arg_DESTINATION}/${directory}")
    file(RENAME "${state}/stage/${path}" "${arg_DESTINATION}/${path}")
  endforeach()
  file(RENAME "${pending}" "${current}")
  file(REMOVE_RECURSE "${state}/stage" "${state}/incoming")

  list(LENGTH changed_paths changed_count)
  list(LENGTH gone_paths gone_count)
  message(STATUS "pyembed: updated '${arg_DESTINATION}' (${changed_count} files replaced, ${gone_count} removed)")

  _pyembed_find_missing("${arg_DESTINATION}" missing ${arg_REQUIRED})
  if(missing AND damaged)
    message(FATAL_ERROR
      "pyembed: the inventory '${wanted}' does not name '${missing}'. Make the store entry anew with\n  pyembed sync")
  elseif(missing)
    pyembed_materialize_python(
      STORE_ENTRY "${arg_STORE_ENTRY}" DESTINATION "${arg_DESTINATION}" REQUIRED ${arg_REQUIRED})
  endif()
endfunction()

# The first of the paths that is not below `root`, or FALSE.
function(_pyembed_find_missing root out_var)
  set(${out_var} FALSE PARENT_SCOPE)
  foreach(path IN LISTS ARGN)
    if(NOT EXISTS "${root}/${path}")
      set(${out_var} "${path}" PARENT_SCOPE)
      return()
    endif()
  endforeach()
endfunction()

# The `path: properties` lines as a list. Lists give `;`, `[` and `]` a meaning, so these
# travel as control characters until _pyembed_decode_path().
function(_pyembed_read_inventory file out_var)
  file(READ "${file}" text)
  set(lines "")
  string(FIND "${text}" "\"files\": {\n" start)
  if(NOT start EQUAL -1)
    string(SUBSTRING "${text}" ${start} -1 text)
    string(FIND "${text}" "\n  }" end)
    string(SUBSTRING "${text}" 0 ${end} text)
    string(ASCII 1 open)
    string(ASCII 2 close)
    string(ASCII 3 semicolon)
    string(REPLACE "[" "${open}" text "${text}")
    string(REPLACE "]" "${close}" text "${text}")
    string(REPLACE ";" "${semicolon}" text "${text}")
    string(REPLACE "},\n" "}\n" text "${text}")
    string(REPLACE "\n" ";" lines "${text}")
    list(REMOVE_AT lines 0)
  endif()
  set(${out_var} "${lines}" PARENT_SCOPE)
endfunction()

function(_pyembed_inventory_paths lines_var out_var)
  set(paths "${${lines_var}}")
  list(TRANSFORM paths REPLACE "^ *\"(.*)\": {.*$" "\\1")
  set(${out_var} "${paths}" PARENT_SCOPE)
endfunction()

# Back from the list's and JSON's spelling to the file's name. A macro: it runs once per file.
macro(_pyembed_decode_path path_var)
  if("${${path_var}}" MATCHES "[^ !#-Z^-~]")
    string(ASCII 1 _pyembed_open)
    string(ASCII 2 _pyembed_close)
    string(ASCII 3 _pyembed_semicolon)
    string(REPLACE "${_pyembed_open}" "[" ${path_var} "${${path_var}}")
    string(REPLACE "${_pyembed_close}" "]" ${path_var} "${${path_var}}")
    string(REPLACE "${_pyembed_semicolon}" ";" ${path_var} "${${path_var}}")
    string(REPLACE "\\\"" "\"" ${path_var} "${${path_var}}")
    string(REPLACE "\\\\" "\\" ${path_var} "${${path_var}}")
  endif()
endmacro()

# All files of an inventory. Where file(COPY) cannot clone it makes each file twice, so on Linux `cp` copies the tree
# (it clones as well), in half the time; then what the inventory does not name is taken away again.
function(_pyembed_stage_tree prefix stage lines_var)
  set(result 1)
  if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    cmake_path(GET stage PARENT_PATH parent)
    file(MAKE_DIRECTORY "${parent}")
    execute_process(
      COMMAND cp -R -P --preserve=mode --reflink=auto -- "${prefix}" "${stage}"
      RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
  endif()
  if(result EQUAL 0)
    _pyembed_inventory_paths(${lines_var} wanted)
    string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${stage}")
    file(GLOB_RECURSE staged LIST_DIRECTORIES FALSE RELATIVE "${stage}" "${pattern}/*")
    set(missing "${wanted}")
    list(REMOVE_ITEM missing ${staged})
    set(extra "${staged}")
    list(REMOVE_ITEM extra ${wanted})
    if(missing STREQUAL "")
      _pyembed_remove_files("${stage}" extra)
      return()
    endif()
    # Names that CMake's lists and JSON spell differently, or a file that is not there: one by one it shows.
    file(REMOVE_RECURSE "${stage}")
  endif()
  _pyembed_stage_files("${prefix}" "${stage}" ${lines_var})
endfunction()

function(_pyembed_stage_files prefix stage lines_var)
  foreach(line IN LISTS ${lines_var})
    string(REGEX REPLACE "^ *\"(.*)\": {.*$" "\\1" path "${line}")
    _pyembed_decode_path(path)
    set(source "${prefix}/${path}")
    if(NOT EXISTS "${source}" AND NOT IS_SYMLINK "${source}")
      message(FATAL_ERROR "pyembed: the store entry lacks '${source}'. Install it again with\n  cmake -E rm -rf \"${PYEMBED_STORE_ENTRY}\"\n  pyembed sync")
    endif()
    cmake_path(GET path PARENT_PATH directory)
    file(COPY "${source}" DESTINATION "${stage}/${directory}")
    if(NOT IS_SYMLINK "${source}")
      file(TOUCH "${stage}/${path}")
    endif()
  endforeach()
endfunction()

function(_pyembed_remove_files root paths_var)
  set(directories "")
  foreach(path IN LISTS ${paths_var})
    cmake_path(GET path PARENT_PATH directory)
    list(APPEND directories "${directory}")
    _pyembed_decode_path(path)
    file(REMOVE "${root}/${path}")
  endforeach()

  list(REMOVE_DUPLICATES directories)
  foreach(directory IN LISTS directories)
    _pyembed_decode_path(directory)
    while(NOT directory STREQUAL "")
      # A directory of byte code alone would stay importable, as an empty namespace package.
      string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${root}/${directory}")
      file(GLOB entries RELATIVE "${root}/${directory}" "${pattern}/*")
      if(NOT entries MATCHES "^(__pycache__)?$")
        break()
      endif()
      file(REMOVE_RECURSE "${root}/${directory}")
      cmake_path(GET directory PARENT_PATH directory)
    endwhile()
  endforeach()
endfunction()
