include_guard(GLOBAL)
foreach(_pyembed_name IN ITEMS find_command update_file)
  include("${CMAKE_CURRENT_LIST_DIR}/pyembed_${_pyembed_name}.cmake")
endforeach()

#[=======================================================================[.rst:
pyembed_prepare_signing
-----------------------

What pyembed_install() does for packages for Windows when the build is configured: adds
``python.pyembed/sign_package.cmake`` of the build directory, which calls
pyembed_sign_package(), to a list of scripts, unless CPack has read that already.

.. code-block:: cmake

  pyembed_prepare_signing(<list-var>)   # CPACK_PRE_BUILD_SCRIPTS
#]=======================================================================]
function(pyembed_prepare_signing list_var)
  if(${ARGC} GREATER 1)
    message(FATAL_ERROR "pyembed_prepare_signing: unknown arguments '${ARGN}'; expected none.")
  endif()

  pyembed_find_command(command OPTIONAL)
  set(words "")
  foreach(word IN LISTS command)
    string(APPEND words " [==[${word}]==]")
  endforeach()
  set(script "${CMAKE_BINARY_DIR}/python.pyembed/sign_package.cmake")
  pyembed_update_file("${script}"
"cmake_minimum_required(VERSION 3.20...4.0)
include([==[${CMAKE_CURRENT_FUNCTION_LIST_DIR}/pyembed_sign_package.cmake]==])
pyembed_sign_package(\"\${CPACK_TEMPORARY_INSTALL_DIRECTORY}\" BUILD [==[${CMAKE_BINARY_DIR}]==] COMMAND${words})
")
  if(NOT CPack_CMake_INCLUDED)   # else it comes too late, which _pyembed_guard_signing() tells
    list(APPEND ${list_var} "${script}")
    set(${list_var} "${${list_var}}" PARENT_SCOPE)
  endif()
endfunction()

# Of pyembed_install(), where the top directory ends: code for its install script, which refuses to install for
# packages that CPack would leave unsigned, for it was included before it knew the script.
function(_pyembed_guard_signing out_var caller)
  set(script "${CMAKE_BINARY_DIR}/python.pyembed/sign_package.cmake")
  set(code "")
  if(CMAKE_SYSTEM_NAME STREQUAL "Windows" AND CPack_CMake_INCLUDED AND NOT script IN_LIST CPACK_PRE_BUILD_SCRIPTS)
    set(code "if(NOT \"\$ENV{PYEMBED_SIGN_COMMAND}\" STREQUAL \"\")
  message(FATAL_ERROR [==[pyembed_install (called in '${caller}'): PYEMBED_SIGN_COMMAND is set, and CPack would pack what nobody signed, for include(CPack) comes before pyembed_install(), or in a directory above. Write before include(CPack)
  list(APPEND CPACK_PRE_BUILD_SCRIPTS \"\${CMAKE_BINARY_DIR}/python.pyembed/sign_package.cmake\")]==])
endif()
")
  endif()
  set(${out_var} "${code}" PARENT_SCOPE)
endfunction()
