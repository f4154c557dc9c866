# What every door does: chooses the pin, checks the store, makes the build Python, pins every way to find
# Python, defines targets and variables, and writes pyembed-app.json. To be included where the
# platform is known. Not a function, since it sets variables for the directory of whoever includes it.

cmake_policy(VERSION 3.20...4.0)

cmake_path(GET CMAKE_CURRENT_LIST_DIR PARENT_PATH PYEMBED_DIRECTORY)
set(_pyembed_module_dir "${CMAKE_CURRENT_LIST_DIR}")
set(PYEMBED_RUNTIME_INCLUDE_DIR "${PYEMBED_DIRECTORY}/runtime/include")
foreach(_pyembed_name IN ITEMS
    add_check add_module add_runtime check_build_python check_lock check_numpy check_os_floor check_path check_store choose_pin
    copy_runtime describe_build external_project_args import_python install list_targets list_users materialize_python
    pin_python record_builds redirect_finds select_target set_variables shim_headers write_app)
  include("${_pyembed_module_dir}/pyembed_${_pyembed_name}.cmake")
endforeach()

pyembed_check_path("${PYEMBED_DIRECTORY}" NAME "directory" CURE "Move the project to a directory without it.")
pyembed_check_path("${CMAKE_BINARY_DIR}" NAME "build directory" CURE "Configure in a directory without it." SEARCHED)
pyembed_choose_pin(_pyembed_pin "${PYEMBED_DIRECTORY}")
include("${_pyembed_pin}")
pyembed_check_lock("${PYEMBED_DIRECTORY}"
  MANIFEST_SHA256 "${_pyembed_manifest_sha256}" LOCK_SHA256 "${_pyembed_lock_sha256}" TARGET "${PYEMBED_TARGET}")

pyembed_check_os_floor(MINIMUM "${PYEMBED_MACOS_MINIMUM}" FILE "${PYEMBED_MACOS_MINIMUM_FILE}")

# One build tree has one Python, whichever door asks first.
get_property(_pyembed_other GLOBAL PROPERTY PYEMBED_PIN_ID)
if(_pyembed_other AND NOT _pyembed_other STREQUAL PYEMBED_PIN_ID)
  message(FATAL_ERROR
    "pyembed: '${_pyembed_pin}' pins ${PYEMBED_PIN_ID}, but this build already has ${_pyembed_other}. "
    "One build tree has one Python: give both projects one pyembed.toml and pyembed.lock, then run\n  pyembed sync")
endif()

set(_pyembed_required
  "${_pyembed_executable_rel}" "${_pyembed_library_rel}" "${_pyembed_implib_rel}" "${_pyembed_sabi_library_rel}"
  "${_pyembed_include_rel}/Python.h" "${_pyembed_stdlib_rel}/os.py" "${_pyembed_sitelib_rel}"
  "${_pyembed_numpy_include_rel}")
list(REMOVE_ITEM _pyembed_required "")
pyembed_check_store(
  ENTRY "${_pyembed_store_entry}" PIN_ID "${PYEMBED_PIN_ID}" TARGET "${PYEMBED_TARGET}" REQUIRED ${_pyembed_required})
if(NOT EXISTS "${PYEMBED_RUNTIME_INCLUDE_DIR}/pyembed/interpreter.hpp")
  message(FATAL_ERROR
    "pyembed: '${PYEMBED_RUNTIME_INCLUDE_DIR}' lacks the runtime's headers. Write them anew with\n  pyembed sync")
endif()

if(PYEMBED_BUILD_PYTHON)   # an outer build made it and hands it down (pyembed_external_project_args)
  set(PYEMBED_PREFIX "${PYEMBED_BUILD_PYTHON}")
  pyembed_check_build_python("${PYEMBED_PREFIX}" STORE_ENTRY "${_pyembed_store_entry}" REQUIRED ${_pyembed_required})
else()
  set(PYEMBED_PREFIX "${CMAKE_BINARY_DIR}/python")
  pyembed_materialize_python(
    STORE_ENTRY "${_pyembed_store_entry}" DESTINATION "${PYEMBED_PREFIX}" REQUIRED ${_pyembed_required})
endif()

unset(PYEMBED_SDK_PYTHON CACHE)   # of an application that this build was configured with before
unset(PYEMBED_SDK_DIR CACHE)

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
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_record_builds)
endif()
if(CMAKE_SYSTEM_NAME STREQUAL "Windows" AND NOT _pyembed_other)
  set_property(GLOBAL PROPERTY PYEMBED_RUNTIME_DLLS "${PYEMBED_RUNTIME_DLLS}")
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_copy_runtime)
endif()
set_property(GLOBAL PROPERTY PYEMBED_PIN_ID "${PYEMBED_PIN_ID}")
