include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_describe_build.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_list_targets.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_update_file.cmake")

#[=======================================================================[.rst:
pyembed_record_builds
---------------------

Asks the builds of ExternalProjects to describe themselves, and writes down where they
build outside of the build directory, for ``pyembed check``, which would not come there.

.. code-block:: cmake

  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_record_builds)

One directory a line, in ``${CMAKE_BINARY_DIR}/python.pyembed/external-builds.txt``,
which is not there when there are none. The question (pyembed_describe_build) lies in an
inner build directory before it is configured for the first time; not where another build
system than CMake is, and not in sources, which a download replaces.
#]=======================================================================]
function(pyembed_record_builds)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_record_builds: unknown arguments '${ARGN}'; expected none.")
  endif()

  set(record "${CMAKE_BINARY_DIR}/python.pyembed/external-builds.txt")
  set(text "")
  pyembed_list_targets(targets DIRECTORY "${CMAKE_SOURCE_DIR}" TYPES UTILITY)
  foreach(target IN LISTS targets)
    get_property(directory TARGET ${target} PROPERTY _EP_BINARY_DIR)   # what ExternalProject_Get_Property() reads
    if(directory)
      get_property(has_command TARGET ${target} PROPERTY _EP_CONFIGURE_COMMAND SET)
      get_property(is_source TARGET ${target} PROPERTY _EP_BUILD_IN_SOURCE)
      if(NOT has_command AND NOT is_source)
        pyembed_describe_build("${directory}")
      endif()
      cmake_path(IS_PREFIX CMAKE_BINARY_DIR "${directory}" NORMALIZE is_inside)
      if(NOT is_inside)
        string(APPEND text "${directory}\n")
      endif()
    endif()
  endforeach()
  if(text STREQUAL "")
    file(REMOVE "${record}")
  else()
    pyembed_update_file("${record}" "${text}")
  endif()
endfunction()
