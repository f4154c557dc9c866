include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_choose_pin
------------------

Finds the pin for what is being built.

.. code-block:: cmake

  pyembed_choose_pin(<out-var> <generated-dir>)

``<generated-dir>`` is ``.pyembed/``; ``<out-var>`` becomes the path of its
``pins/<target>.cmake`` for the target that pyembed_select_target names. A target
that is not synced is a fatal error. When the pin changes, CMake runs again.
#]=======================================================================]
function(pyembed_choose_pin out_var generated_dir)
  if(ARGC GREATER 2)
    message(FATAL_ERROR
      "pyembed_choose_pin: unknown arguments '${ARGN}'; expected an output variable and a directory.")
  endif()

  pyembed_select_target(target)
  set(pin "${generated_dir}/pins/${target}.cmake")
  if(NOT EXISTS "${pin}")
    string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${generated_dir}/pins")
    file(GLOB synced RELATIVE "${generated_dir}/pins" "${pattern}/*.cmake")
    list(TRANSFORM synced REPLACE "\\.cmake$" "")
    list(JOIN synced ", " synced)
    message(FATAL_ERROR
      "pyembed: this build is for ${target}, which is not synced (synced: ${synced}). "
      "Run\n  pyembed sync --target ${target}")
  endif()

  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${pin}")
  set(${out_var} "${pin}" PARENT_SCOPE)
endfunction()
