include_guard(GLOBAL)
foreach(_pyembed_name IN ITEMS
    add_check add_module check_path describe_build import_python pin_python record_builds redirect_finds select_target
    set_variables shim_headers)
  include("${CMAKE_CURRENT_LIST_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

#[=======================================================================[.rst:
pyembed_use_sdk
---------------

Gives a plug-in the Python of the application it is built for, and no other. The
``pyembed-config.cmake`` that ``pyembed_install(SDK)`` exports calls it.

.. code-block:: cmake

  pyembed_use_sdk()

What the pin says (``PYEMBED_PIN_ID``, ``_pyembed_*_rel``, ...), ``PYEMBED_PREFIX``,
``_pyembed_module_dir`` and ``PYEMBED_RUNTIME_INCLUDE_DIR`` are set. A macro, since it
sets variables for the directory of whoever finds the application: targets,
variables and pins are those of pyembed.cmake.

For ``pyembed check`` of the plug-in's build the cache has where the Python is and
where the inventory of its pin, ``PYEMBED_SDK_PYTHON`` and ``PYEMBED_SDK_DIR``.
#]=======================================================================]
macro(pyembed_use_sdk)
  if(${ARGC} GREATER 0)
    message(FATAL_ERROR "pyembed_use_sdk: unknown arguments '${ARGN}'; expected none.")
  endif()
  if(NOT DEFINED PROJECT_NAME OR NOT DEFINED CMAKE_SYSTEM_NAME)
    message(FATAL_ERROR "pyembed: '${CMAKE_CURRENT_LIST_FILE}' is found before project(), where the platform is not "
      "known yet. Find the application below project().")
  endif()
  pyembed_check_path("${PYEMBED_PREFIX}"
    NAME "application's Python" CURE "Move the application to a directory without it." SEARCHED)

  _pyembed_check_sdk()
  set(PYEMBED_TARGET "${_pyembed_sdk_target}")
  set_property(GLOBAL PROPERTY PYEMBED_PIN_ID "${PYEMBED_PIN_ID}")
  set_property(GLOBAL PROPERTY PYEMBED_IS_SDK TRUE)   # the Python is another's, and stays as it is
  pyembed_set_variables()
  pyembed_shim_headers(FOUND)
  pyembed_pin_python()
  pyembed_import_python()

  set(PYEMBED_SDK_PYTHON "${PYEMBED_PREFIX}" CACHE INTERNAL "The application's Python")
  set(PYEMBED_SDK_DIR "${CMAKE_CURRENT_LIST_DIR}" CACHE INTERNAL "Where the inventory of the application's Python is")
  pyembed_describe_build()
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_record_builds)
endmacro()

function(_pyembed_check_sdk)
  get_property(other GLOBAL PROPERTY PYEMBED_PIN_ID)
  if(other AND NOT other STREQUAL PYEMBED_PIN_ID)
    message(FATAL_ERROR "pyembed: '${CMAKE_CURRENT_LIST_DIR}' has ${PYEMBED_PIN_ID}, but this build already has "
      "${other}. One build tree has one Python: find one application, or give both one pyembed.lock.")
  endif()

  pyembed_select_target(wanted)
  if(NOT wanted STREQUAL _pyembed_sdk_target)
    message(FATAL_ERROR "pyembed: '${CMAKE_CURRENT_LIST_DIR}' is for ${_pyembed_sdk_target}, this build for ${wanted}. "
      "Point CMAKE_PREFIX_PATH at the application for ${wanted}.")
  endif()

  foreach(path IN ITEMS "${_pyembed_include_rel}/Python.h" "${_pyembed_library_rel}" "${_pyembed_stdlib_rel}/os.py")
    if(NOT EXISTS "${PYEMBED_PREFIX}/${path}")
      message(FATAL_ERROR "pyembed: the application's Python lacks '${PYEMBED_PREFIX}/${path}'. Install it again with "
        "pyembed_install(SDK), in all its components.")
    endif()
  endforeach()
endfunction()
