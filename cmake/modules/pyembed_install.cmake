include_guard(GLOBAL)
foreach(_pyembed_name IN ITEMS check_path find_bundle prepare_framework prepare_signing set_install_rpath stage_sdk)
  include("${CMAKE_CURRENT_LIST_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

#[=======================================================================[.rst:
pyembed_install
---------------

Installs the Python of this build with the application.

.. code-block:: cmake

  pyembed_install(
    [DESTINATION <dir>]      # relative; gets python/ and pyembed-app.json. Default: "."
    [COMPONENT <name>]       # default: the caller's default component
    [TRIM [<name>...]]       # leave out: tests idlelib tkinter headers pip. Default: [deploy] trim of pyembed.toml
    [SDK]                    # with what builds plug-ins of the application elsewhere
    [FRAMEWORK               # macOS: as a framework in an app bundle
      [BUNDLE <target or Name.app>]    # in DESTINATION. Default: of the only bundle that links Python
      [IDENTIFIER <id>]      # of the framework. Default: the app's id and .python, else org.python.python
      [ENTITLEMENTS <file>]])   # of the bundle's program, for its signature

Once per build tree. The rule runs in every way to install (``cmake --install``,
``DESTDIR``, components, every CPack generator) and after all other rules, since it
is added when the top directory ends (pyembed_deploy_python). It installs

* ``python/``: the files of the inventory, links as links, without what is trimmed;
  byte code of all of it, so that nothing is written when it runs;
* ``pyembed-app.json`` and ``pyembed-licenses.json`` beside it;
* on Windows the DLLs that an executable needs beside every installed executable
  that links ``pyembed::Python``. There ``CPACK_PRE_BUILD_SCRIPTS`` gets a script in the
  caller's scope by which CPack signs what it packs (pyembed_sign_package).

Executables and libraries that link ``pyembed::Python`` and have no
``INSTALL_RPATH`` get one that finds ``python/lib`` from ``<DESTINATION>`` and from
a directory in it (``bin``). What the executables have is checked when they are
installed; so is that they lie in ``<DESTINATION>`` or below, where the runtime
looks upwards for ``pyembed-app.json``.

Without ``COMPONENT``, an executable that links ``pyembed::Python`` and is installed
in another component is an error (CMake 3.21 and newer): it would be packed without
its Python.

``SDK`` keeps the headers and installs ``<DESTINATION>/lib/cmake/pyembed``, whose
``pyembed-config.cmake`` gives plug-ins ``pyembed::Python``, the variables and the
pins of this Python. The application's own package configuration includes it;
``PYEMBED_SDK_CONFIG``, set in the caller's scope, is the one of the build tree.

``FRAMEWORK`` installs, instead of ``python/`` and what is beside it, in the ``Contents`` of
the bundle ``Frameworks/Python.framework``, ``Resources/pyembed-app.json`` and
``Resources/pyembed-licenses.json``, and makes all of the bundle find that Python
(pyembed_fix_bundle), after each component that is installed. Executables without
``INSTALL_RPATH`` get ``@executable_path/../Frameworks``, libraries
``@loader_path/../Frameworks``. The command ``pyembed`` does it, so it must be there when
the application is installed. ``CPACK_PRE_BUILD_SCRIPTS`` gets a script in the caller's
scope that does the same before CPack packs (pyembed_fix_package), hence
``include(CPack)`` comes later.

``PYEMBED_LICENSES`` is a directory with licence texts of the libraries that are
built into Python, ``LICENSE.<library>.txt``. Archives of the kind ``install_only``
have none; those of the kind ``full`` have this directory.

``PYEMBED_PATH_BUDGET``, default 180, is how many characters a path may have below
the install prefix when the target is Windows, where 260 is the limit of all of it.
#]=======================================================================]
function(pyembed_install)
  cmake_parse_arguments(PARSE_ARGV 0 arg "SDK;FRAMEWORK" "DESTINATION;COMPONENT;BUNDLE;IDENTIFIER;ENTITLEMENTS" "TRIM")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_install: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected DESTINATION, COMPONENT, TRIM, SDK, FRAMEWORK, BUNDLE, IDENTIFIER and ENTITLEMENTS.")
  endif()
  foreach(keyword IN ITEMS DESTINATION COMPONENT BUNDLE IDENTIFIER ENTITLEMENTS)
    # Before 3.31 (CMP0174) CMake does not tell an empty value from none, nor lists it as missing.
    if(keyword IN_LIST ARGV AND "${arg_${keyword}}" STREQUAL "")
      message(FATAL_ERROR "pyembed_install: ${keyword} has no value.")
    endif()
  endforeach()

  _pyembed_check_framework_arguments()

  get_property(caller GLOBAL PROPERTY PYEMBED_INSTALL_CALLER)
  if(caller)
    message(FATAL_ERROR "pyembed_install: called in '${CMAKE_CURRENT_SOURCE_DIR}' and before in '${caller}'. "
      "A build tree installs its Python once: remove one of the calls.")
  endif()
  set_property(GLOBAL PROPERTY PYEMBED_INSTALL_CALLER "${CMAKE_CURRENT_SOURCE_DIR}")

  if(NOT DEFINED arg_DESTINATION)
    set(arg_DESTINATION ".")
  endif()
  cmake_path(NORMAL_PATH arg_DESTINATION OUTPUT_VARIABLE destination)
  string(REGEX REPLACE "(.)/$" "\\1" destination "${destination}")
  if(IS_ABSOLUTE "${destination}" OR destination MATCHES "^\\.\\.(/|$)")
    message(FATAL_ERROR "pyembed_install: DESTINATION is '${arg_DESTINATION}'; expected a directory below the install "
      "prefix, relative to it, so that what is installed can be moved.")
  endif()
  pyembed_check_path("${destination}" NAME "DESTINATION" CURE "Choose a directory without it." SEARCHED INSTALLED)
  pyembed_check_path("${CMAKE_BINARY_DIR}"
    NAME "build directory" CURE "Configure in a directory without it." SEARCHED INSTALLED)
  pyembed_check_path("${CMAKE_INSTALL_PREFIX}" INSTALLED
    NAME "CMAKE_INSTALL_PREFIX" CURE "Configure with another, and install there by\n  cmake --install DIR --prefix DIR")

  set(component "${arg_COMPONENT}")
  if(NOT DEFINED arg_COMPONENT)
    set(component "${CMAKE_INSTALL_DEFAULT_COMPONENT_NAME}")
    if(component STREQUAL "")
      set(component Unspecified)
    endif()
  endif()

  set(trim "${_pyembed_trim}")
  if(DEFINED arg_TRIM OR "TRIM" IN_LIST arg_KEYWORDS_MISSING_VALUES)
    set(trim "${arg_TRIM}")
  endif()
  foreach(name IN LISTS trim)
    if(NOT name MATCHES "^(tests|idlelib|tkinter|headers|pip)$")
      message(FATAL_ERROR "pyembed_install: unknown TRIM '${name}'; expected tests, idlelib, tkinter, headers or pip.")
    endif()
  endforeach()
  set(sdk "")
  if(arg_SDK)
    list(REMOVE_ITEM trim headers)
    set(sdk "${PYEMBED_PREFIX}.pyembed/sdk")
    pyembed_stage_sdk("${sdk}" DESTINATION lib/cmake/pyembed)
    set(PYEMBED_SDK_CONFIG "${sdk}/pyembed-config.cmake" PARENT_SCOPE)
  endif()

  set(library_dir "")
  set(budget "")
  if(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    set(budget 180)
    if(NOT "${PYEMBED_PATH_BUDGET}" STREQUAL "")
      set(budget "${PYEMBED_PATH_BUDGET}")
    endif()
  else()
    cmake_path(GET _pyembed_library_rel PARENT_PATH library_dir)
  endif()

  set(interpreter "${_pyembed_tool_executable}")
  if(PYEMBED_CAN_RUN)
    set(interpreter "${PYEMBED_EXECUTABLE}")
  endif()

  set(app_json "${PYEMBED_APP_JSON}")
  set(framework "")
  set(command "")
  set(build "")
  if(arg_FRAMEWORK)
    set(framework FRAMEWORK)
    pyembed_prepare_framework(app_json command COMPONENT "${component}" ENTITLEMENTS "${arg_ENTITLEMENTS}")
    set(build "${CMAKE_BINARY_DIR}")
    list(APPEND CPACK_PRE_BUILD_SCRIPTS "${CMAKE_BINARY_DIR}/python.pyembed/fix_package.cmake")
  elseif(CMAKE_SYSTEM_NAME STREQUAL "Windows")
    pyembed_prepare_signing(CPACK_PRE_BUILD_SCRIPTS)
  endif()
  set(CPACK_PRE_BUILD_SCRIPTS "${CPACK_PRE_BUILD_SCRIPTS}" PARENT_SCOPE)

  set(code "")
  foreach(argument IN ITEMS
      PREFIX=PYEMBED_PREFIX APP_JSON=app_json PIN_ID=PYEMBED_PIN_ID TARGET=PYEMBED_TARGET
      VERSION=PYEMBED_VERSION STDLIB=_pyembed_stdlib_rel SITELIB=_pyembed_sitelib_rel
      DESTINATION=destination COMPONENT=component TRIM=trim DLLS=PYEMBED_RUNTIME_DLLS
      LIBRARY_DIR=library_dir INTERPRETER=interpreter PATH_BUDGET=budget LICENSES=PYEMBED_LICENSES SDK=sdk
      IDENTIFIER=arg_IDENTIFIER ENTITLEMENTS=arg_ENTITLEMENTS COMMAND=command BUILD=build)
    string(REGEX MATCH "^(.*)=(.*)$" argument "${argument}")
    if(NOT "${${CMAKE_MATCH_2}}" STREQUAL "")
      string(APPEND code "\n  ${CMAKE_MATCH_1}")
      foreach(value IN LISTS ${CMAKE_MATCH_2})
        string(APPEND code " [==[${value}]==]")
      endforeach()
    endif()
  endforeach()
  if(DEFINED arg_COMPONENT)
    string(APPEND code "\n  OWN_COMPONENT")
  endif()

  # Added where the top directory ends: every target and rule is there, and this one comes last.
  set_property(GLOBAL PROPERTY PYEMBED_INSTALL_CODE "${code}")
  set_property(GLOBAL PROPERTY PYEMBED_INSTALL_COMPONENT "${component}")
  set_property(GLOBAL PROPERTY PYEMBED_INSTALL_LIBRARY_DIR "${library_dir}")
  set_property(GLOBAL PROPERTY PYEMBED_INSTALL_FRAMEWORK "${framework}")
  set_property(GLOBAL PROPERTY PYEMBED_INSTALL_BUNDLE "${arg_BUNDLE}")
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL cmake_policy GET CMP0082 _pyembed_order)
  cmake_language(DEFER DIRECTORY "${CMAKE_SOURCE_DIR}" CALL _pyembed_add_install_rule)
endfunction()

function(_pyembed_add_install_rule)
  foreach(name IN ITEMS CALLER CODE COMPONENT LIBRARY_DIR FRAMEWORK BUNDLE)
    get_property(${name} GLOBAL PROPERTY PYEMBED_INSTALL_${name})
  endforeach()
  get_property(subdirectories DIRECTORY "${CMAKE_SOURCE_DIR}" PROPERTY SUBDIRECTORIES)
  if(subdirectories AND NOT _pyembed_order STREQUAL "NEW")
    message(FATAL_ERROR "pyembed_install (called in '${CALLER}') needs install rules in the order they are written: "
      "policy CMP0082 is '${_pyembed_order}'. Write cmake_minimum_required(VERSION 3.20...4.0) into "
      "'${CMAKE_SOURCE_DIR}/CMakeLists.txt'.")
  endif()

  if(LIBRARY_DIR AND (CMAKE_SKIP_INSTALL_RPATH OR CMAKE_SKIP_RPATH))
    message(FATAL_ERROR "pyembed_install (called in '${CALLER}'): CMAKE_SKIP_INSTALL_RPATH or CMAKE_SKIP_RPATH is on, so "
      "no installed executable would find its Python. Configure with\n"
      "  cmake -DCMAKE_SKIP_INSTALL_RPATH=OFF -DCMAKE_SKIP_RPATH=OFF \"${CMAKE_BINARY_DIR}\"")
  endif()

  if(FRAMEWORK)
    set(caller "pyembed_install (called in '${CALLER}')")
    pyembed_find_bundle(bundle BUNDLE "${BUNDLE}" CALLER "${caller}")
    string(APPEND CODE "\n  BUNDLE [==[${bundle}]==]")
    if(CPack_CMake_INCLUDED AND NOT "${CMAKE_BINARY_DIR}/python.pyembed/fix_package.cmake" IN_LIST CPACK_PRE_BUILD_SCRIPTS)
      message(FATAL_ERROR "${caller}: CPack would pack the bundle unfixed, for the top directory includes it without "
        "the script that pyembed_install() adds to CPACK_PRE_BUILD_SCRIPTS in '${CALLER}'. Write before include(CPack)\n"
        "  list(APPEND CPACK_PRE_BUILD_SCRIPTS \"\${CMAKE_BINARY_DIR}/python.pyembed/fix_package.cmake\")")
    endif()
  endif()

  set(executables "")
  pyembed_list_users(users TYPES EXECUTABLE SHARED_LIBRARY MODULE_LIBRARY)
  foreach(target IN LISTS users)
    pyembed_set_install_rpath(${target} LIBRARY_DIR "${LIBRARY_DIR}" ${FRAMEWORK})
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "EXECUTABLE")
      string(APPEND executables " [==[$<TARGET_FILE_NAME:${target}>=$<JOIN:$<TARGET_PROPERTY:${target},INSTALL_RPATH>,:>]==]")
    endif()
  endforeach()
  if(executables)
    string(PREPEND executables "\n  EXECUTABLES")
  endif()

  _pyembed_guard_signing(guard "${CALLER}")
  set(script "${CMAKE_BINARY_DIR}/python.pyembed/install$<$<NOT:$<STREQUAL:$<CONFIG>,>>:->$<CONFIG>.cmake")
  file(GENERATE OUTPUT "${script}" CONTENT
"cmake_minimum_required(VERSION 3.20...4.0)
${guard}include([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/pyembed_deploy_python.cmake]==])
pyembed_deploy_python(${CODE}${executables})
")
  if(CMAKE_VERSION VERSION_LESS 3.21)
    install(SCRIPT "${script}" COMPONENT "${COMPONENT}")
  else()
    # In every component, to see the executables; the name says in which list of components it counts.
    set(CMAKE_INSTALL_DEFAULT_COMPONENT_NAME "${COMPONENT}")
    install(SCRIPT "${script}" ALL_COMPONENTS)
  endif()
endfunction()
