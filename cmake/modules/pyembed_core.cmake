# What every door does: chooses the pin, checks the store, makes the build Python, pins every way to find
# Python, defines targets and variables, and writes pyembed-app.json. To be included where the
# platform is known. Not a function, since it sets variables for the directory of whoever includes it.

cmake_policy(VERSION 3.20...4.0)

cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH PYEMBED_DIRECTORY)
set(PYEMBED_MODULE_DIR "${CMAKE_CURRENT_LIST_DIR}")
set(PYEMBED_RUNTIME_INCLUDE_DIR "${PYEMBED_DIRECTORY}/runtime/include")
foreach(_pyembed_name IN ITEMS
    add_check add_module add_runtime check_build_python check_lock check_numpy check_os_floor check_paths check_store choose_pin
    copy_runtime describe_build external_project_args import_python install list_targets list_users materialize_python
    pin_python redirect_finds select_target set_variables shim_headers write_app)
  include("${PYEMBED_MODULE_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

pyembed_check_paths("${PYEMBED_DIRECTORY}" "${CMAKE_BINARY_DIR}")
pyembed_choose_pin(_pyembed_pin "${PYEMBED_DIRECTORY}")
include("${_pyembed_pin}")
pyembed_check_lock("${PYEMBED_DIRECTORY}"
  MANIFEST_SHA256 "${PYEMBED_MANIFEST_SHA256}" LOCK_SHA256 "${PYEMBED_LOCK_SHA256}" TARGET "${PYEMBED_TARGET}")

pyembed_check_os_floor(MINIMUM "${PYEMBED_MACOS_MINIMUM}" FILE "${PYEMBED_MACOS_MINIMUM_FILE}")

# One build tree has one Python, whichever door asks first.
get_property(_pyembed_other GLOBAL PROPERTY PYEMBED_PIN_ID)
if(_pyembed_other AND NOT _pyembed_other STREQUAL PYEMBED_PIN_ID)
  message(FATAL_ERROR
    "pyembed: '${_pyembed_pin}' pins ${PYEMBED_PIN_ID}, but this build already has ${_pyembed_other}. "
    "One build tree has one Python: give both projects one pyembed.toml and pyembed.lock, then run\n  pyembed sync")
endif()

set(_pyembed_required
  "${PYEMBED_EXECUTABLE_REL}" "${PYEMBED_LIBRARY_REL}" "${PYEMBED_IMPLIB_REL}" "${PYEMBED_SABI_LIBRARY_REL}"
  "${PYEMBED_INCLUDE_REL}/Python.h" "${PYEMBED_STDLIB_REL}/os.py" "${PYEMBED_SITELIB_REL}"
  "${PYEMBED_NumPy_INCLUDE_REL}")
list(REMOVE_ITEM _pyembed_required "")
pyembed_check_store(
  ENTRY "${PYEMBED_STORE_ENTRY}" PIN_ID "${PYEMBED_PIN_ID}" TARGET "${PYEMBED_TARGET}" REQUIRED ${_pyembed_required})
if(NOT EXISTS "${PYEMBED_RUNTIME_INCLUDE_DIR}/pyembed/interpreter.hpp")
  message(FATAL_ERROR
    "pyembed: '${PYEMBED_RUNTIME_INCLUDE_DIR}' lacks the runtime's headers. Write them anew with\n  pyembed sync")
endif()

if(PYEMBED_BUILD_PYTHON)   # an outer build made it and hands it down (pyembed_external_project_args)
  set(PYEMBED_PREFIX "${PYEMBED_BUILD_PYTHON}")
  pyembed_check_build_python("${PYEMBED_PREFIX}" STORE_ENTRY "${PYEMBED_STORE_ENTRY}" REQUIRED ${_pyembed_required})
else()
  set(PYEMBED_PREFIX "${CMAKE_BINARY_DIR}/python")
  pyembed_materialize_python(
    STORE_ENTRY "${PYEMBED_STORE_ENTRY}" DESTINATION "${PYEMBED_PREFIX}" REQUIRED ${_pyembed_required})
endif()

pyembed_set_variables()
pyembed_shim_headers()
pyembed_pin_python()
pyembed_import_python()
pyembed_describe_build()
pyembed_add_runtime("${PYEMBED_DIRECTORY}/runtime")

set(PYEMBED_APP_JSON "${CMAKE_BINARY_DIR}/pyembed-app.json")
file(RELATIVE_PATH _pyembed_relative_prefix "${CMAKE_BINARY_DIR}" "${PYEMBED_PREFIX}")
pyembed_write_app("${PYEMBED_APP_JSON}"
  NAME "${PYEMBED_APP_NAME}" ID "${PYEMBED_APP_ID}"
  PREFIX "${_pyembed_relative_prefix}" VERSION "${PYEMBED_VERSION}" PIN_ID "${PYEMBED_PIN_ID}")

if(NOT _pyembed_other)
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_check_numpy)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Windows" AND NOT _pyembed_other)
  set_property(GLOBAL PROPERTY PYEMBED_RUNTIME_DLLS "${PYEMBED_RUNTIME_DLLS}")
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_copy_runtime)
endif()
set_property(GLOBAL PROPERTY PYEMBED_PIN_ID "${PYEMBED_PIN_ID}")
