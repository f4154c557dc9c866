include_guard(GLOBAL)
foreach(_pyembed_name IN ITEMS find_command update_file write_app)
  include("${CMAKE_CURRENT_LIST_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

#[=======================================================================[.rst:
pyembed_prepare_framework
-------------------------

What pyembed_install(FRAMEWORK) does when the build is configured: writes the
``pyembed-app.json`` of the bundle, and the script for ``CPACK_PRE_BUILD_SCRIPTS``,
``python.pyembed/fix_package.cmake`` in the build directory.

.. code-block:: cmake

  pyembed_prepare_framework(<app-json-var> <command-var>   # that file; how the command pyembed is run
    COMPONENT <name>                                       # of Python
    [ENTITLEMENTS <file>])                                 # of the bundle's program
#]=======================================================================]
function(pyembed_prepare_framework app_json_var command_var)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "COMPONENT;ENTITLEMENTS" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS OR NOT DEFINED arg_COMPONENT)
    message(FATAL_ERROR "pyembed_prepare_framework: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; expected "
      "COMPONENT and ENTITLEMENTS.")
  endif()

  pyembed_find_command(command CALLER "pyembed_install(FRAMEWORK)")
  set(app_json "${CMAKE_BINARY_DIR}/python.pyembed/bundle/pyembed-app.json")
  pyembed_write_app("${app_json}"
    NAME "${PYEMBED_APP_NAME}" ID "${PYEMBED_APP_ID}"
    PREFIX "../Frameworks/Python.framework/Versions/A" VERSION "${PYEMBED_VERSION}" PIN_ID "${PYEMBED_PIN_ID}")

  set(words "")
  foreach(word IN LISTS command)
    string(APPEND words " [==[${word}]==]")
  endforeach()
  pyembed_update_file("${CMAKE_BINARY_DIR}/python.pyembed/fix_package.cmake"
"cmake_minimum_required(VERSION 3.20...4.0)
include([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/pyembed_fix_package.cmake]==])
pyembed_fix_package(\"\${CPACK_TEMPORARY_INSTALL_DIRECTORY}\"
  PIN_ID [==[${PYEMBED_PIN_ID}]==] COMPONENT [==[${arg_COMPONENT}]==]
  COMMAND${words}
  BUILD [==[${CMAKE_BINARY_DIR}]==]
  ENTITLEMENTS [==[${arg_ENTITLEMENTS}]==])
")

  set(${app_json_var} "${app_json}" PARENT_SCOPE)
  set(${command_var} "${command}" PARENT_SCOPE)
endfunction()

# Of pyembed_install(): a macro, for it has its arguments.
macro(_pyembed_check_framework_arguments)
  if(NOT arg_FRAMEWORK)
    foreach(keyword IN ITEMS BUNDLE IDENTIFIER ENTITLEMENTS)
      if(DEFINED arg_${keyword})
        message(FATAL_ERROR "pyembed_install: ${keyword} is only for FRAMEWORK.")
      endif()
    endforeach()
  elseif(NOT CMAKE_SYSTEM_NAME STREQUAL "Darwin")
    message(FATAL_ERROR "pyembed_install: FRAMEWORK is for app bundles of macOS, and this build is for "
      "${CMAKE_SYSTEM_NAME}. Write\n"
      "  if(APPLE)\n    pyembed_install(FRAMEWORK)\n  else()\n    pyembed_install()\n  endif()")
  elseif(arg_SDK)
    message(FATAL_ERROR "pyembed_install: a bundle has no place for an SDK. Write FRAMEWORK without SDK.")
  else()
    if(CPack_CMake_INCLUDED)
      message(FATAL_ERROR "pyembed_install: include(CPack) comes before it, so CPack would pack the bundle unfixed. "
        "Call pyembed_install(FRAMEWORK) first.")
    endif()
    if(DEFINED arg_ENTITLEMENTS)
      cmake_path(ABSOLUTE_PATH arg_ENTITLEMENTS BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE)
      if(NOT EXISTS "${arg_ENTITLEMENTS}")
        message(FATAL_ERROR "pyembed_install: there is no file '${arg_ENTITLEMENTS}', which ENTITLEMENTS names.")
      endif()
    endif()
    if(NOT DEFINED arg_IDENTIFIER AND PYEMBED_APP_ID)
      set(arg_IDENTIFIER "${PYEMBED_APP_ID}.python")
    endif()
  endif()
endmacro()
