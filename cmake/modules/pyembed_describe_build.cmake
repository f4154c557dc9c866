include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_describe_build
----------------------

Asks CMake to write down what it generates, for ``pyembed check``.

.. code-block:: cmake

  pyembed_describe_build(
    [<dir>])        # a build below, before it is configured; default: this build

The answer, with all targets of all configurations, is in ``.cmake/api/v1/reply`` of
the build directory (cmake-file-api(7), codemodel version 2). Before 3.27 CMake reads
questions only when it starts to configure: the first answer of this build comes with
the second time.
#]=======================================================================]
function(pyembed_describe_build)
  if(ARGC GREATER 1)
    message(FATAL_ERROR "pyembed_describe_build: unknown arguments '${ARGN}'; expected a directory or nothing.")
  endif()

  set(directory "${CMAKE_BINARY_DIR}")
  if(ARGC EQUAL 1)
    set(directory "${ARGV0}")
  elseif(CMAKE_VERSION VERSION_GREATER_EQUAL 3.27)
    cmake_file_api(QUERY API_VERSION 1 CODEMODEL 2)
    return()
  endif()
  set(query "${directory}/.cmake/api/v1/query/client-pyembed/codemodel-v2")
  if(NOT EXISTS "${query}")
    file(WRITE "${query}" "")
  endif()
endfunction()
