include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_update_file.cmake")

#[=======================================================================[.rst:
pyembed_stage_sdk
-----------------

Writes what lets plug-ins of the application use its Python: a
``pyembed-config.cmake`` for the build tree, one for where it is installed, and what
both include.

.. code-block:: cmake

  pyembed_stage_sdk(<dir> DESTINATION <dir>)

``<dir>/pyembed-config.cmake`` serves the build tree; ``<dir>/installed/`` has the
one that goes, with ``<dir>/modules``, ``<dir>/include`` and ``<dir>/inventory.json``, to DESTINATION, relative
to the directory that holds ``python/``. ``<dir>/pyembed-shim``, where there is one, goes
to Python's headers.
#]=======================================================================]
function(pyembed_stage_sdk directory)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "DESTINATION" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS OR NOT DEFINED arg_DESTINATION)
    message(FATAL_ERROR "pyembed_stage_sdk: expected a directory and DESTINATION, got '${ARGN}'.")
  endif()

  file(COPY "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/" DESTINATION "${directory}/modules")
  file(COPY "${PYEMBED_PREFIX}.pyembed/inventory.json" DESTINATION "${directory}")
  file(COPY "${PYEMBED_RUNTIME_INCLUDE_DIR}/" DESTINATION "${directory}/include")
  if(PYEMBED_SHIM_DIR)
    file(COPY "${PYEMBED_SHIM_DIR}" DESTINATION "${directory}")
  endif()
  cmake_path(RELATIVE_PATH PYEMBED_PREFIX BASE_DIRECTORY "${directory}" OUTPUT_VARIABLE prefix)
  _pyembed_write_sdk_config("${directory}/pyembed-config.cmake" "${prefix}")
  string(REGEX REPLACE "[^/]+" ".." up "${arg_DESTINATION}")
  _pyembed_write_sdk_config("${directory}/installed/pyembed-config.cmake" "${up}/python")
endfunction()

function(_pyembed_write_sdk_config file prefix)
  set(text "# The Python of ${PYEMBED_APP_NAME}, for what is built against it. Written by pyembed_install(SDK).\n")
  foreach(name IN ITEMS
      PYEMBED_PIN_ID PYEMBED_VERSION PYEMBED_VERSION_MAJOR PYEMBED_VERSION_MINOR PYEMBED_VERSION_PATCH PYEMBED_BUILD
      PYEMBED_VARIANT PYEMBED_SOABI PYEMBED_APP_NAME PYEMBED_APP_ID
      _pyembed_executable_rel _pyembed_library_rel _pyembed_implib_rel _pyembed_sabi_library_rel _pyembed_include_rel
      _pyembed_stdlib_rel _pyembed_sitelib_rel _pyembed_numpy_include_rel)
    string(APPEND text "set(${name} [==[${${name}}]==])\n")
  endforeach()
  string(APPEND text "set(_pyembed_sdk_target [==[${PYEMBED_TARGET}]==])
cmake_path(SET PYEMBED_PREFIX NORMALIZE \"\${CMAKE_CURRENT_LIST_DIR}/${prefix}\")
set(_pyembed_module_dir \"\${CMAKE_CURRENT_LIST_DIR}/modules\")
set(PYEMBED_RUNTIME_INCLUDE_DIR \"\${CMAKE_CURRENT_LIST_DIR}/include\")
include(\"\${CMAKE_CURRENT_LIST_DIR}/modules/pyembed_use_sdk.cmake\")
pyembed_use_sdk()
")
  pyembed_update_file("${file}" "${text}")
endfunction()
