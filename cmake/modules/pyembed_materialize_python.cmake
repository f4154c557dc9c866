include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_read_inventory.cmake")

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

  pyembed_read_inventory("${wanted}" new)
  if(new STREQUAL "")
    message(FATAL_ERROR "pyembed: '${wanted}' lists no files. Install the store entry again with\n  cmake -E rm -rf \"${arg_STORE_ENTRY}\"\n  pyembed sync")
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
  pyembed_read_inventory("${current}" old)
  set(sure "${old}")
  set(present "${old}")
  if(EXISTS "${pending}")
    pyembed_read_inventory("${pending}" half)
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
    # file(GLOB_RECURSE) takes three times as long.
    execute_process(
      COMMAND find . ! -type d -printf "%P\\n" WORKING_DIRECTORY "${stage}"
      OUTPUT_VARIABLE staged OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    string(REPLACE "\n" ";" staged "${staged}")
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
      message(FATAL_ERROR "pyembed: the store entry lacks '${source}'. Install it again with\n  cmake -E rm -rf \"${arg_STORE_ENTRY}\"\n  pyembed sync")
    endif()
    cmake_path(GET path PARENT_PATH directory)
    file(COPY "${source}" DESTINATION "${stage}/${directory}")
    if(NOT IS_SYMLINK "${source}")
      file(TOUCH "${stage}/${path}")
    endif()
  endforeach()
endfunction()
