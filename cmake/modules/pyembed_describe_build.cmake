include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_describe_build
----------------------

Asks CMake to write down what it generates, for ``pyembed check``.

.. code-block:: cmake

  pyembed_describe_build()

The answer, with all targets of all configurations, is in ``.cmake/api/v1/reply`` of
the build directory (cmake-file-api(7), codemodel version 2). Before 3.27 CMake reads
questions only when it starts to configure: the first answer comes with the second
time.
#]=======================================================================]
function(pyembed_describe_build)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_describe_build: unknown arguments '${ARGN}'; expected none.")
  endif()

  if(CMAKE_VERSION VERSION_GREATER_EQUAL 3.27)
    cmake_file_api(QUERY API_VERSION 1 CODEMODEL 2)
    return()
  endif()
  set(query "${CMAKE_BINARY_DIR}/.cmake/api/v1/query/client-pyembed/codemodel-v2")
  if(NOT EXISTS "${query}")
    file(WRITE "${query}" "")
  endif()
endfunction()
