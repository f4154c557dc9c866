include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_numpy
-------------------

Says what to do when a target links ``pyembed::NumPy`` and the manifest requires no
numpy, where CMake itself would only not find the target.

.. code-block:: cmake

  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_check_numpy)
#]=======================================================================]
function(pyembed_check_numpy)
  if(ARGC GREATER 0)
    message(FATAL_ERROR "pyembed_check_numpy: unknown arguments '${ARGN}'; expected none.")
  endif()
  if(TARGET pyembed::NumPy)
    return()
  endif()

  pyembed_list_targets(targets DIRECTORY "${CMAKE_SOURCE_DIR}")
  foreach(target IN LISTS targets)
    _pyembed_list_linked(${target} linked)
    if("pyembed::NumPy" IN_LIST linked)
      get_target_property(directory ${target} SOURCE_DIR)
      message(FATAL_ERROR
        "pyembed: '${target}' of '${directory}' links pyembed::NumPy, but the pinned Python has no numpy. "
        "Add \"numpy\" to `requires` in [python.packages] of pyembed.toml, then run\n  pyembed sync")
    endif()
  endforeach()
endfunction()
