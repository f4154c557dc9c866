include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_read_inventory.cmake")

#[=======================================================================[.rst:
pyembed_check_unchanged
-----------------------

Fails when a file of the build Python is not what its inventory says: the build
Python is the developer's to change, and what is shipped is what was pinned.

.. code-block:: cmake

  pyembed_check_unchanged(<prefix> <lines-var>)

``<lines-var>`` holds the lines to look at, as pyembed_read_inventory() gives them.
#]=======================================================================]
function(pyembed_check_unchanged prefix lines_var)
  if(ARGC GREATER 2)
    message(FATAL_ERROR
      "pyembed_check_unchanged: unknown arguments '${ARGN}'; expected a prefix and the name of a list of lines.")
  endif()

  cmake_path(GET prefix PARENT_PATH build)
  foreach(line IN LISTS ${lines_var})
    string(REGEX MATCH "^ *\"(.*)\": {(.*)$" line "${line}")
    set(path "${CMAKE_MATCH_1}")
    set(properties "${CMAKE_MATCH_2}")
    _pyembed_decode_path(path)
    set(found missing)
    if(properties MATCHES "\"link\":\"")
      if(IS_SYMLINK "${prefix}/${path}")
        file(READ_SYMLINK "${prefix}/${path}" link)
        string(CONCAT found "\"link\":\"" "${link}" "\"")
      endif()
    elseif(EXISTS "${prefix}/${path}")
      file(SHA256 "${prefix}/${path}" found)
    endif()
    string(FIND "${properties}" "${found}" position)
    if(position EQUAL -1)
      message(FATAL_ERROR
        "pyembed: '${prefix}/${path}' is not what the inventory says. Only the Python that was pinned is installed. "
        "Make it anew with\n  cmake -E rm -rf \"${prefix}\" \"${prefix}.pyembed\"\n  cmake \"${build}\"")
    endif()
  endforeach()
endfunction()
