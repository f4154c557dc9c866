include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_run_command.cmake")

#[=======================================================================[.rst:
pyembed_fix_bundle
------------------

Makes all of an app bundle find the Python in it, with ``pyembed fixup``, when it has
one: when its ``Contents/Resources/pyembed-app.json`` is of this pin.

.. code-block:: cmake

  pyembed_fix_bundle(<bundle>      # as it lies now, with DESTDIR
    PIN_ID <id>
    COMMAND <program> <argument>...  # as pyembed_find_command() gives it
    BUILD <dir>                      # the build that knows the command
    [ENTITLEMENTS <file>]            # what its program is entitled to
    [COMPONENT <name>])              # the only one that was installed now; empty: all were

What cannot be mended is fatal: nobody shall install or pack it. After one component it
is a warning, for others may bring what is missing, and no identity signs that
(``PYEMBED_SIGN_COMMAND``).
#]=======================================================================]
function(pyembed_fix_bundle bundle)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PIN_ID;BUILD;ENTITLEMENTS;COMPONENT" "COMMAND")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_fix_bundle: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected PIN_ID, COMMAND, BUILD, ENTITLEMENTS and COMPONENT.")
  endif()

  set(marker "${bundle}/Contents/Resources/pyembed-app.json")
  if(EXISTS "${marker}")
    file(READ "${marker}" text)
    string(JSON pin ERROR_VARIABLE error GET "${text}" pinId)
    if(pin STREQUAL arg_PIN_ID)
      set(entitlements "")
      if(arg_ENTITLEMENTS)
        set(entitlements --entitlements "${arg_ENTITLEMENTS}")
      endif()
      set(failure "'${bundle}' would not find its Python, or is not complete")
      set(arguments ARGUMENTS fixup "${bundle}" --quiet ${entitlements} BUILD "${arg_BUILD}" FAILURE "${failure}" QUIET)
      if("${arg_COMPONENT}" STREQUAL "")
        pyembed_run_command(COMMAND ${arg_COMMAND} ${arguments})
        return()
      endif()
      pyembed_run_command(
        COMMAND "${CMAKE_COMMAND}" -E env --unset=PYEMBED_SIGN_COMMAND ${arg_COMMAND} ${arguments} RESULT_VARIABLE result)
      if(NOT result EQUAL 0)
        message(WARNING "pyembed: ${failure}, see above. Install the other components, too: CPack packs it only when it "
          "is complete.")
      endif()
    endif()
  endif()
endfunction()
