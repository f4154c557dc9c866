include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_fix_bundle.cmake")

#[=======================================================================[.rst:
pyembed_fix_package
-------------------

Fixes every app bundle with this Python in what CPack has staged, before it is packed:
the script among ``CPACK_PRE_BUILD_SCRIPTS`` that pyembed_install(FRAMEWORK) adds calls
this.

.. code-block:: cmake

  pyembed_fix_package(<dir>        # CPACK_TEMPORARY_INSTALL_DIRECTORY
    PIN_ID <id> COMPONENT <name>   # of Python
    COMMAND <program> <argument>...
    BUILD <dir> [ENTITLEMENTS <file>])   # as pyembed_fix_bundle() takes them

The bundles are found by their ``pyembed-app.json``, wherever a generator stages them:
at the top, in ``usr/``, in a folder for each component, in ``ALL_IN_ONE``. It is fatal
when there is none, though the component is packed, and when parts of such a bundle are
staged elsewhere, for other packages: no signature covers a bundle in parts.
#]=======================================================================]
function(pyembed_fix_package directory)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PIN_ID;COMPONENT;BUILD;ENTITLEMENTS" "COMMAND")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_fix_package: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected PIN_ID, COMPONENT, COMMAND, BUILD and ENTITLEMENTS.")
  endif()

  string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${directory}")
  file(GLOB_RECURSE markers "${pattern}/pyembed-app.json")
  set(bundles "")
  foreach(marker IN LISTS markers)
    file(READ "${marker}" text)
    string(JSON pin ERROR_VARIABLE error GET "${text}" pinId)
    if(pin STREQUAL arg_PIN_ID AND marker MATCHES "^(.*/[^/]+\\.app)/Contents/Resources/pyembed-app\\.json$")
      list(APPEND bundles "${CMAKE_MATCH_1}")
    endif()
  endforeach()

  if(NOT bundles AND (NOT CPACK_COMPONENTS_ALL OR arg_COMPONENT IN_LIST CPACK_COMPONENTS_ALL))
    message(FATAL_ERROR
      "pyembed: CPack has staged no app bundle with the Python ${arg_PIN_ID} in '${directory}', so there is none to "
      "pack. It is in the component '${arg_COMPONENT}'. To pack others only, leave that out of CPACK_COMPONENTS_ALL.")
  endif()
  foreach(bundle IN LISTS bundles)
    _pyembed_require_whole("${bundle}" "${bundles}" "${directory}" "${arg_COMPONENT}")
  endforeach()
  foreach(bundle IN LISTS bundles)
    pyembed_fix_bundle("${bundle}"
      PIN_ID "${arg_PIN_ID}" COMMAND ${arg_COMMAND} BUILD "${arg_BUILD}" ENTITLEMENTS "${arg_ENTITLEMENTS}")
  endforeach()
endfunction()

# Bundles of that name that are none of `bundles` are parts, of other components.
function(_pyembed_require_whole bundle bundles directory component)
  cmake_path(GET bundle FILENAME name)
  string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${directory}")
  file(GLOB_RECURSE places LIST_DIRECTORIES TRUE "${pattern}/*")
  list(REMOVE_ITEM places ${bundles})
  foreach(place IN LISTS places)
    cmake_path(GET place FILENAME place_name)
    if(place_name STREQUAL name AND IS_DIRECTORY "${place}/Contents")
      message(FATAL_ERROR
        "pyembed: '${place}' is a part of '${bundle}' in a package of its own: no signature covers a bundle in "
        "parts, and what is in this one would not find Python. Install all of ${name} in the component "
        "'${component}', or pack it whole: set(CPACK_MONOLITHIC_INSTALL ON), or "
        "set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE).")
    endif()
  endforeach()
endfunction()
