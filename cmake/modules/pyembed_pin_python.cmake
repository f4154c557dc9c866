include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_list_environment.cmake")

#[=======================================================================[.rst:
pyembed_pin_python
------------------

Makes every way to find Python, from the calling directory down, end at the
pinned one.

.. code-block:: cmake

  pyembed_pin_python()

A macro, since setting variables in the caller's scope is the point. It

* takes what steers a Python elsewhere out of the configure process's environment, and
  puts the pinned ``python3.pc`` and the like first on its ``PKG_CONFIG_PATH``;
* drops cached results when the pin has changed, for FindPython keys its cache on
  paths, and the path stays;
* puts the interpreter's directory first on ``CMAKE_PROGRAM_PATH``, so that
  ``find_program(python3)`` finds it before ``PATH``;
* sets ``Python3_ROOT_DIR`` and, because that is only a hint, the artifacts
  (``_EXECUTABLE``, ``_LIBRARY``, ``_INCLUDE_DIR``, ...) of ``Python``, ``Python3``
  and the legacy ``PYTHON``: as normal variables, which a sub-project's ``set()``
  cannot precede, and as cache variables, which neither ``-D`` nor an IDE overrides;
* puts the Find modules that are beside this file first on ``CMAKE_MODULE_PATH``, and
  before what a sub-project makes of that (pyembed_redirect_finds). They apply the pin
  again in the scope of each ``find_package()`` and fail when the result is another Python.

When the target's Python cannot run on this host, no executable is pinned.
#]=======================================================================]
macro(pyembed_pin_python)
  if(${ARGC} GREATER 0)
    message(FATAL_ERROR "pyembed_pin_python: unknown arguments '${ARGN}'; expected none.")
  endif()

  pyembed_list_environment(_pyembed_environment)
  foreach(_pyembed_name IN LISTS _pyembed_environment ITEMS PYTHONDONTWRITEBYTECODE=1)
    if(_pyembed_name MATCHES "^--unset=(.*)$")
      unset(ENV{${CMAKE_MATCH_1}})
    elseif(_pyembed_name MATCHES "^(.*)=(.*)$")
      set(ENV{${CMAKE_MATCH_1}} "${CMAKE_MATCH_2}")
    endif()
  endforeach()

  cmake_path(CONVERT "$ENV{PKG_CONFIG_PATH}" TO_CMAKE_PATH_LIST _pyembed_packages)
  list(REMOVE_ITEM _pyembed_packages "${PYEMBED_PREFIX}/lib/pkgconfig")
  list(PREPEND _pyembed_packages "${PYEMBED_PREFIX}/lib/pkgconfig")
  cmake_path(CONVERT "${_pyembed_packages}" TO_NATIVE_PATH_LIST _pyembed_packages)
  set(ENV{PKG_CONFIG_PATH} "${_pyembed_packages}")

  if(NOT DEFINED CACHE{PYEMBED_LAST_PIN_ID} OR NOT PYEMBED_LAST_PIN_ID STREQUAL PYEMBED_PIN_ID)
    get_cmake_property(_pyembed_cached CACHE_VARIABLES)
    list(FILTER _pyembed_cached INCLUDE REGEX
      "^_*Python3?_|^PYTHON_(EXECUTABLE|LIBRAR|INCLUDE|NumPy_|SABI_|MODULE_|IS_DEBUG)|^NB_(SUFFIX|ABI|FREE)|^PYBIND11_PYTHON_|^__pkg_config_checked_")
    foreach(_pyembed_name IN LISTS _pyembed_cached)
      unset(${_pyembed_name} CACHE)
    endforeach()
    set(PYEMBED_LAST_PIN_ID "${PYEMBED_PIN_ID}" CACHE INTERNAL "The pin that cached Python results belong to")
  endif()

  foreach(_pyembed_name IN ITEMS
      PREFIX CAN_RUN EXECUTABLE LIBRARY SABI_LIBRARY INCLUDE_DIR NumPy_INCLUDE_DIR VARIANT TARGET
      VERSION VERSION_MAJOR VERSION_MINOR VERSION_PATCH SHIM_DIR SHIM_DEFINITIONS)
    set_property(GLOBAL PROPERTY PYEMBED_PINNED_${_pyembed_name} "${PYEMBED_${_pyembed_name}}")
  endforeach()
  set_property(GLOBAL PROPERTY PYEMBED_MODULE_DIR "${_pyembed_module_dir}")
  _pyembed_apply_pin()
  pyembed_redirect_finds()
endmacro()

# A macro: acts in the scope of the find_package() call, which may be one that never saw the include, or unset it all.
macro(_pyembed_apply_pin)
  foreach(_pyembed_name IN ITEMS
      PREFIX CAN_RUN EXECUTABLE LIBRARY SABI_LIBRARY INCLUDE_DIR NumPy_INCLUDE_DIR VARIANT TARGET
      VERSION VERSION_MAJOR VERSION_MINOR VERSION_PATCH SHIM_DIR SHIM_DEFINITIONS)
    get_property(PYEMBED_${_pyembed_name} GLOBAL PROPERTY PYEMBED_PINNED_${_pyembed_name})
  endforeach()
  get_property(_pyembed_module_dir GLOBAL PROPERTY PYEMBED_MODULE_DIR)
  list(REMOVE_ITEM CMAKE_MODULE_PATH "${_pyembed_module_dir}")
  list(PREPEND CMAKE_MODULE_PATH "${_pyembed_module_dir}")
  if(PYEMBED_CAN_RUN)
    cmake_path(GET PYEMBED_EXECUTABLE PARENT_PATH _pyembed_programs)
    list(REMOVE_ITEM CMAKE_PROGRAM_PATH "${_pyembed_programs}")
    list(PREPEND CMAKE_PROGRAM_PATH "${_pyembed_programs}")
  endif()

  # CMake 4.0 reads and sets Python3_Host_EXECUTABLE where Python3_ARTIFACTS_PREFIX is _Host.
  set(_pyembed_families
    Python Python3 PYTHON "Python${Python_ARTIFACTS_PREFIX}" "Python3${Python3_ARTIFACTS_PREFIX}")
  list(REMOVE_DUPLICATES _pyembed_families)
  foreach(_pyembed_family IN LISTS _pyembed_families)
    foreach(_pyembed_artifact IN ITEMS EXECUTABLE LIBRARY SABI_LIBRARY INCLUDE_DIR NumPy_INCLUDE_DIR)
      unset(_${_pyembed_family}_${_pyembed_artifact})            # vcpkg's wrapper sets these
      if(_pyembed_artifact STREQUAL "EXECUTABLE" AND NOT PYEMBED_CAN_RUN)
        continue()
      endif()
      if(NOT PYEMBED_${_pyembed_artifact} STREQUAL "")
        set(${_pyembed_family}_${_pyembed_artifact} "${PYEMBED_${_pyembed_artifact}}"
          CACHE FILEPATH "Pinned by pyembed" FORCE)
        mark_as_advanced(${_pyembed_family}_${_pyembed_artifact})
        set(${_pyembed_family}_${_pyembed_artifact} "${PYEMBED_${_pyembed_artifact}}")
      endif()
    endforeach()
    unset(_${_pyembed_family}_LIBRARY_RELEASE)
    unset(_${_pyembed_family}_LIBRARY_DEBUG)

    set(${_pyembed_family}_ROOT_DIR "${PYEMBED_PREFIX}")
    set(${_pyembed_family}_FIND_STRATEGY LOCATION)
    set(${_pyembed_family}_FIND_REGISTRY NEVER)
    set(${_pyembed_family}_FIND_FRAMEWORK NEVER)
    set(${_pyembed_family}_FIND_VIRTUALENV STANDARD)
    if(PYEMBED_VARIANT STREQUAL "freethreaded" AND NOT CMAKE_VERSION VERSION_LESS 3.30)
      set(${_pyembed_family}_FIND_ABI ANY ANY ANY ON)
    endif()
  endforeach()
endmacro()

# A version that the pin does not meet is not found, and the file that calls this macro ends. include(FindPython3), be it in
# the Find module of another package, asks for none.
macro(_pyembed_check_version _pyembed_package)
  set(_pyembed_is_met TRUE)
  string(TOLOWER "${CMAKE_FIND_PACKAGE_NAME}" _pyembed_asked)   # find_package(python3) is redirected too
  string(TOLOWER "${_pyembed_package}" _pyembed_name)
  if(_pyembed_asked STREQUAL _pyembed_name)
    include(FindPackageHandleStandardArgs)
    find_package_check_version("${PYEMBED_VERSION}" _pyembed_is_met
      HANDLE_VERSION_RANGE RESULT_MESSAGE_VARIABLE _pyembed_reason)
  endif()
  if(NOT _pyembed_is_met)
    _pyembed_report_not_found(${_pyembed_package} "${_pyembed_reason}")
    return()
  endif()
endmacro()

# Where a redirect was taken (pyembed_redirect_finds) CMake has a message of its own for `_FOUND` FALSE: it is left to say
# the reason of an optional find, and kept from adding to the error of a required one.
macro(_pyembed_report_not_found _pyembed_package _pyembed_reason)
  string(CONCAT _pyembed_message
    "Could NOT find ${_pyembed_package}: ${_pyembed_reason} (requested in '${CMAKE_CURRENT_SOURCE_DIR}'). The Python of "
    "this build is the one that pyembed.toml asks for: change `version` in [python] there, then run\n  pyembed sync")
  if(${_pyembed_package}_FIND_REQUIRED)
    unset(${_pyembed_package}_FOUND)
    message(FATAL_ERROR "pyembed: ${_pyembed_message}")
  endif()
  set(${_pyembed_package}_FOUND FALSE)
  if(DEFINED CMAKE_FIND_PACKAGE_REDIRECTS_DIR)
    set(${_pyembed_package}_NOT_FOUND_MESSAGE "${_pyembed_message}")
  elseif(NOT ${_pyembed_package}_FIND_QUIETLY)
    message(STATUS "pyembed: ${_pyembed_message}")
  endif()
endmacro()

# CMake before 3.24 takes a given library for a mismatch when a module's headers alone are asked for. No module
# links one, but on Windows.
macro(_pyembed_hide_library _pyembed_package)
  if(CMAKE_VERSION VERSION_LESS 3.24 AND NOT CMAKE_SYSTEM_NAME STREQUAL "Windows"
      AND NOT "${${_pyembed_package}_FIND_COMPONENTS}" MATCHES "Development(;|$)|Development.Embed")
    unset(${_pyembed_package}_LIBRARY)
    unset(${_pyembed_package}_LIBRARY CACHE)
    unset(_${_pyembed_package}_LIBRARY_RELEASE CACHE)
  endif()
endmacro()

# After a find: what it found is the pinned Python, or the configure stops. Its targets bring what pyembed's do.
macro(_pyembed_check_pin _pyembed_package)
  _pyembed_apply_pin()
  set(_pyembed_family "${_pyembed_package}${${_pyembed_package}_ARTIFACTS_PREFIX}")
  foreach(_pyembed_result IN ITEMS
      EXECUTABLE LIBRARY_RELEASE LIBRARY_DEBUG RUNTIME_LIBRARY_RELEASE INCLUDE_DIRS NumPy_INCLUDE_DIRS)
    if(${_pyembed_family}_${_pyembed_result})
      cmake_path(IS_PREFIX PYEMBED_PREFIX "${${_pyembed_family}_${_pyembed_result}}" NORMALIZE _pyembed_inside)
      if(NOT _pyembed_inside)
        set(_pyembed_cure "Remove what sets it; the pin is given by pyembed alone.")
        if(_pyembed_result STREQUAL "EXECUTABLE" AND NOT PYEMBED_CAN_RUN)
          string(CONCAT _pyembed_cure "The Python of ${PYEMBED_TARGET} cannot run on this host: ask "
            "find_package() for Development without Interpreter, and take PYEMBED_SOABI from pyembed.")
        endif()
        message(FATAL_ERROR
          "pyembed: ${_pyembed_family}_${_pyembed_result} is '${${_pyembed_family}_${_pyembed_result}}', outside "
          "the pinned '${PYEMBED_PREFIX}' (requested in '${CMAKE_CURRENT_SOURCE_DIR}'). ${_pyembed_cure}")
      endif()
    endif()
  endforeach()
  if(${_pyembed_package}_FOUND AND ${_pyembed_family}_VERSION)
    if(NOT ${_pyembed_family}_VERSION VERSION_EQUAL
        "${PYEMBED_VERSION_MAJOR}.${PYEMBED_VERSION_MINOR}.${PYEMBED_VERSION_PATCH}")
      message(FATAL_ERROR
        "pyembed: find_package(${_pyembed_package}) reports version ${${_pyembed_family}_VERSION}, but "
        "${PYEMBED_VERSION} is pinned. Drop the stale results with\n  cmake -U \"*Python*\" \"${CMAKE_BINARY_DIR}\"")
    endif()
  endif()
  _pyembed_complete_found_targets(${_pyembed_family})
endmacro()
