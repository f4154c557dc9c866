include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_paths
-------------------

Fails when a directory's path cannot be passed on whole.

.. code-block:: cmake

  pyembed_check_paths(<generated-dir> <binary-dir>)

``;`` ends an element of a list, CMake takes ``\`` for ``/``, and the run-time search
path of executables, which holds the binary directory, ends at ``:``.
#]=======================================================================]
function(pyembed_check_paths generated_dir binary_dir)
  if(ARGC GREATER 2)
    message(FATAL_ERROR "pyembed_check_paths: unknown arguments '${ARGN}'; expected two directories.")
  endif()

  foreach(path IN ITEMS generated_dir binary_dir)
    if(${path} MATCHES "[;\\]")
      message(FATAL_ERROR
        "pyembed: the path '${${path}}' holds `;` or `\\`, which CMake cannot pass on whole. "
        "Use a directory without them.")
    endif()
  endforeach()
  if(CMAKE_HOST_UNIX AND binary_dir MATCHES ":")
    message(FATAL_ERROR
      "pyembed: the build directory '${binary_dir}' holds `:`, where the run-time search path of executables "
      "would be cut in two. Use a directory without it.")
  endif()
endfunction()
