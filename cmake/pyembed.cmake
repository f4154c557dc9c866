#[=======================================================================[.rst:
pyembed.cmake
-------------

Gives this build the Python that ``pyembed.toml`` asks for, and no other. After
``project()``:

.. code-block:: cmake

  include(.pyembed/pyembed.cmake OPTIONAL RESULT_VARIABLE pyembed)
  if(NOT pyembed)
    message(FATAL_ERROR "Python is not there yet. Run\n  pyembed sync")
  endif()
  target_link_libraries(app PRIVATE pyembed::Python)

The pin is chosen by ``PYEMBED_TARGET``, else by the system and architecture that
are built for (pyembed_select_target). Its Python is put at
``${CMAKE_BINARY_DIR}/python`` (pyembed_materialize_python), every ``find_package()``
of Python ends there (pyembed_pin_python), and ``pyembed-app.json`` in the build
directory lets executables find it when they run (pyembed_write_app).

Target
^^^^^^

``pyembed::Python``
  The library to link, its headers and those of the runtime (pyembed_import_python).

Variables
^^^^^^^^^

``PYEMBED_ROOT``
  The build Python, ``${CMAKE_BINARY_DIR}/python``.
``PYEMBED_EXECUTABLE``, ``PYEMBED_CAN_RUN``
  Its interpreter, and whether this host can run it (not in cross builds).
``PYEMBED_LIBRARY``, ``PYEMBED_RUNTIME_LIBRARY``, ``PYEMBED_SABI_LIBRARY``
  What one links; what is loaded (the same, but for Windows' import library); the
  limited API's import library, empty except on Windows.
``PYEMBED_RUNTIME_DLLS``
  On Windows what must lie beside an executable; empty elsewhere.
``PYEMBED_RUNTIME_DEPENDENCY_EXCLUDES``
  Regular expressions that keep Python's library out of ``install(RUNTIME_DEPENDENCY_SET)``.
``PYEMBED_INCLUDE_DIR``, ``PYEMBED_NumPy_INCLUDE_DIR``, ``PYEMBED_RUNTIME_INCLUDE_DIR``
  Headers of Python, of numpy (empty without it) and of the pyembed runtime.
``PYEMBED_STDLIB``, ``PYEMBED_SITELIB``
  The standard library and ``site-packages``.
``PYEMBED_VERSION``, ``PYEMBED_VERSION_MAJOR``, ``_MINOR``, ``_PATCH``
  ``3.14.6`` and its parts.
``PYEMBED_BUILD``, ``PYEMBED_VARIANT``, ``PYEMBED_TARGET``, ``PYEMBED_PIN_ID``
  The release, ``default`` or ``freethreaded``, the triple, and the name of all that.
``PYEMBED_SOABI``
  What an extension module's file name carries, ``cpython-314-x86_64-linux-gnu``.
``PYEMBED_APP_NAME``, ``PYEMBED_APP_ID``, ``PYEMBED_APP_JSON``
  The application, and the file that describes it.
#]=======================================================================]

if(CMAKE_VERSION VERSION_LESS 3.20)
  message(FATAL_ERROR "pyembed: CMake ${CMAKE_VERSION} runs, 3.20 or newer is needed.")
endif()
include_guard(DIRECTORY)
cmake_policy(VERSION 3.20...4.0)

if(NOT DEFINED PROJECT_NAME OR NOT DEFINED CMAKE_SYSTEM_NAME)
  message(FATAL_ERROR
    "pyembed: include(.pyembed/pyembed.cmake) comes before project(), where the platform is not known yet. "
    "Move it below project().")
endif()

# Lists end at `;`; CMake takes `\` for `/`; the RPATH of executables ends at `:`.
foreach(_pyembed_name IN ITEMS CMAKE_CURRENT_LIST_DIR CMAKE_BINARY_DIR)
  if(${_pyembed_name} MATCHES "[;\\]")
    message(FATAL_ERROR
      "pyembed: the path '${${_pyembed_name}}' holds `;` or `\\`, which CMake cannot pass on whole. "
      "Use a directory without them.")
  endif()
endforeach()
if(CMAKE_HOST_UNIX AND CMAKE_BINARY_DIR MATCHES ":")
  message(FATAL_ERROR
    "pyembed: the build directory '${CMAKE_BINARY_DIR}' holds `:`, where the run-time search path of executables "
    "would be cut in two. Use a directory without it.")
endif()

set(PYEMBED_MODULE_DIR "${CMAKE_CURRENT_LIST_DIR}/modules")
set(PYEMBED_RUNTIME_INCLUDE_DIR "${CMAKE_CURRENT_LIST_DIR}/include")
foreach(_pyembed_name IN ITEMS
    copy_runtime import_python install materialize_python pin_python select_target write_app)
  include("${PYEMBED_MODULE_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

pyembed_select_target(PYEMBED_TARGET)
set(_pyembed_pin "${CMAKE_CURRENT_LIST_DIR}/pins/${PYEMBED_TARGET}.cmake")
if(NOT EXISTS "${_pyembed_pin}")
  string(REGEX REPLACE "([][*?])" "[\\1]" _pyembed_pattern "${CMAKE_CURRENT_LIST_DIR}/pins")
  file(GLOB _pyembed_synced RELATIVE "${CMAKE_CURRENT_LIST_DIR}/pins" "${_pyembed_pattern}/*.cmake")
  list(TRANSFORM _pyembed_synced REPLACE "\\.cmake$" "")
  list(JOIN _pyembed_synced ", " _pyembed_synced)
  message(FATAL_ERROR
    "pyembed: this build is for ${PYEMBED_TARGET}, which is not synced (synced: ${_pyembed_synced}). "
    "Run\n  pyembed sync --target ${PYEMBED_TARGET}")
endif()
include("${_pyembed_pin}")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${_pyembed_pin}")
if(EXISTS "${CMAKE_CURRENT_LIST_DIR}/pin.json")
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/pin.json")
endif()

get_property(_pyembed_other GLOBAL PROPERTY PYEMBED_PIN_ID)
if(_pyembed_other AND NOT _pyembed_other STREQUAL PYEMBED_PIN_ID)
  message(FATAL_ERROR
    "pyembed: '${_pyembed_pin}' pins ${PYEMBED_PIN_ID}, but this build already has ${_pyembed_other}. "
    "One build tree has one Python: give both projects one pyembed.toml and pyembed.lock, then run\n  pyembed sync")
endif()

if(PYEMBED_STORE_ENTRY MATCHES ";" OR (CMAKE_HOST_UNIX AND PYEMBED_STORE_ENTRY MATCHES "[:\\]"))
  message(FATAL_ERROR
    "pyembed: the store entry '${PYEMBED_STORE_ENTRY}' holds `;`, `:` or `\\`, which search paths and CMake's lists "
    "cannot carry. Set PYEMBED_DATA_DIR to a directory without them and run\n  pyembed sync")
endif()
set(_pyembed_required
  "${PYEMBED_EXECUTABLE_REL}" "${PYEMBED_LIBRARY_REL}" "${PYEMBED_IMPLIB_REL}" "${PYEMBED_SABI_LIBRARY_REL}"
  "${PYEMBED_INCLUDE_REL}/Python.h" "${PYEMBED_STDLIB_REL}/os.py" "${PYEMBED_SITELIB_REL}"
  "${PYEMBED_NumPy_INCLUDE_REL}")
list(REMOVE_ITEM _pyembed_required "")
list(TRANSFORM _pyembed_required PREPEND "prefix/" OUTPUT_VARIABLE _pyembed_in_store)
foreach(_pyembed_name IN LISTS _pyembed_in_store ITEMS inventory.json)
  if(NOT EXISTS "${PYEMBED_STORE_ENTRY}/${_pyembed_name}")
    message(FATAL_ERROR
      "pyembed: the store entry of ${PYEMBED_PIN_ID} lacks '${PYEMBED_STORE_ENTRY}/${_pyembed_name}'. "
      "Install it again with\n  cmake -E rm -rf \"${PYEMBED_STORE_ENTRY}\"\n  pyembed sync --target ${PYEMBED_TARGET}")
  endif()
endforeach()
if(NOT EXISTS "${PYEMBED_RUNTIME_INCLUDE_DIR}/pyembed/home.hpp")
  message(FATAL_ERROR
    "pyembed: '${PYEMBED_RUNTIME_INCLUDE_DIR}' lacks the runtime's headers. Write them anew with\n  pyembed sync")
endif()

set(PYEMBED_ROOT "${CMAKE_BINARY_DIR}/python")
pyembed_materialize_python(
  STORE_ENTRY "${PYEMBED_STORE_ENTRY}" DESTINATION "${PYEMBED_ROOT}" REQUIRED ${_pyembed_required})

foreach(_pyembed_name IN ITEMS
    EXECUTABLE=EXECUTABLE RUNTIME_LIBRARY=LIBRARY LIBRARY=IMPLIB SABI_LIBRARY=SABI_LIBRARY
    INCLUDE_DIR=INCLUDE NumPy_INCLUDE_DIR=NumPy_INCLUDE STDLIB=STDLIB SITELIB=SITELIB)
  string(REGEX MATCH "^(.*)=(.*)$" _pyembed_name "${_pyembed_name}")
  set(PYEMBED_${CMAKE_MATCH_1} "${PYEMBED_${CMAKE_MATCH_2}_REL}")
  if(PYEMBED_${CMAKE_MATCH_1})
    string(PREPEND PYEMBED_${CMAKE_MATCH_1} "${PYEMBED_ROOT}/")
  endif()
endforeach()
if(NOT PYEMBED_LIBRARY)
  set(PYEMBED_LIBRARY "${PYEMBED_RUNTIME_LIBRARY}")
endif()

set(PYEMBED_RUNTIME_DLLS "")
if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
  set(PYEMBED_RUNTIME_DLLS "${PYEMBED_RUNTIME_LIBRARY}")
  foreach(_pyembed_name IN ITEMS
      python3.dll python3t.dll vcruntime140.dll vcruntime140_1.dll vcruntime140_threads.dll)
    if(EXISTS "${PYEMBED_ROOT}/${_pyembed_name}")
      list(APPEND PYEMBED_RUNTIME_DLLS "${PYEMBED_ROOT}/${_pyembed_name}")
    endif()
  endforeach()
endif()

# Copied by install(RUNTIME_DEPENDENCY_SET) it would be a second Python in the process.
set(PYEMBED_RUNTIME_DEPENDENCY_EXCLUDES "(^|/)libpython3[^/]*$" "(^|/)python3[0-9]*t?\\.dll$")

set(PYEMBED_CAN_RUN TRUE)
if(CMAKE_CROSSCOMPILING
    OR (PYEMBED_TARGET MATCHES "^aarch64" AND NOT CMAKE_HOST_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$"))
  set(PYEMBED_CAN_RUN FALSE)
endif()

pyembed_pin_python()
pyembed_import_python()

set(PYEMBED_APP_JSON "${CMAKE_BINARY_DIR}/pyembed-app.json")
pyembed_write_app("${PYEMBED_APP_JSON}"
  NAME "${PYEMBED_APP_NAME}" ID "${PYEMBED_APP_ID}"
  PREFIX python VERSION "${PYEMBED_VERSION}" PIN_ID "${PYEMBED_PIN_ID}")

if(CMAKE_SYSTEM_NAME STREQUAL "Windows" AND NOT _pyembed_other)
  set_property(GLOBAL PROPERTY PYEMBED_RUNTIME_DLLS "${PYEMBED_RUNTIME_DLLS}")
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL pyembed_copy_runtime)
endif()
set_property(GLOBAL PROPERTY PYEMBED_PIN_ID "${PYEMBED_PIN_ID}")
