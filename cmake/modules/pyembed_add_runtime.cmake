include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_add_runtime
-------------------

Adds ``pyembed::venv``, which is compiled when something links it, from the sources
of the runtime.

.. code-block:: cmake

  pyembed_add_runtime(<dir>)

Does nothing where C++ is not enabled, or when the build has it already.
#]=======================================================================]
function(pyembed_add_runtime directory)
  if(ARGC GREATER 1)
    message(FATAL_ERROR "pyembed_add_runtime: unknown arguments '${ARGN}'; expected a directory.")
  endif()

  if(CMAKE_CXX_COMPILER_LOADED AND NOT TARGET pyembed_venv)
    add_subdirectory("${directory}" "${CMAKE_BINARY_DIR}/CMakeFiles/pyembed-runtime" EXCLUDE_FROM_ALL)
  endif()
endfunction()
