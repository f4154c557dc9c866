include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_list_users.cmake")

#[=======================================================================[.rst:
pyembed_find_bundle
-------------------

Finds the app bundle that is to hold Python.

.. code-block:: cmake

  pyembed_find_bundle(<out-var>   # its name, Workbench.app, or a path that ends with it; may be a generator expression
    [BUNDLE <target or name>]     # default: the bundle of the only executable that links Python
    CALLER <text>)                # who asks, for errors

Complete only when called by ``cmake_language(DEFER)`` for the top directory.
#]=======================================================================]
function(pyembed_find_bundle out_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BUNDLE;CALLER" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_find_bundle: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; expected BUNDLE and CALLER.")
  endif()

  set(bundle "${arg_BUNDLE}")
  if("${bundle}" STREQUAL "")
    pyembed_list_users(bundle TYPES EXECUTABLE)
    set(bundles "")
    foreach(target IN LISTS bundle)
      get_target_property(is_bundle ${target} MACOSX_BUNDLE)
      if(is_bundle)
        list(APPEND bundles ${target})
      endif()
    endforeach()
    list(LENGTH bundles count)
    if(NOT count EQUAL 1)
      list(JOIN bundles "', '" found)
      message(FATAL_ERROR "${arg_CALLER}: FRAMEWORK goes into an app bundle, and ${count} executables that link Python "
        "have the property MACOSX_BUNDLE ('${found}'). Name one, or a bundle: BUNDLE <target or Name.app>.")
    endif()
    set(bundle "${bundles}")
  endif()

  if(TARGET "${bundle}")
    get_target_property(is_bundle ${bundle} MACOSX_BUNDLE)
    get_target_property(type ${bundle} TYPE)
    if(NOT is_bundle OR NOT type STREQUAL "EXECUTABLE")
      message(FATAL_ERROR "${arg_CALLER}: BUNDLE '${bundle}' is a target, but no executable with the property "
        "MACOSX_BUNDLE. Write add_executable(${bundle} MACOSX_BUNDLE ...), or name a bundle: BUNDLE Name.app.")
    endif()
    set(bundle "$<TARGET_BUNDLE_DIR:${bundle}>")
  elseif(NOT bundle MATCHES "^[^/]+\\.app$")
    message(FATAL_ERROR "${arg_CALLER}: BUNDLE is '${bundle}'; expected a target or the name of a bundle, Name.app. "
      "Where it lies, DESTINATION says.")
  endif()
  set(${out_var} "${bundle}" PARENT_SCOPE)
endfunction()
