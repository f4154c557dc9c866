include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_run_command.cmake")

#[=======================================================================[.rst:
pyembed_sign_package
--------------------

Has ``PYEMBED_SIGN_COMMAND`` sign the programs and libraries for Windows that CPack has
staged, before they are packed: the script among ``CPACK_PRE_BUILD_SCRIPTS`` that
pyembed_install() adds calls this. Without that variable it does nothing.

.. code-block:: cmake

  pyembed_sign_package(<dir>           # CPACK_TEMPORARY_INSTALL_DIRECTORY
    BUILD <dir>                        # the build that knows the command
    [COMMAND <program> <argument>...]) # as pyembed_find_command() gives it

What somebody signed before is left alone. That one is not signed then is fatal.
#]=======================================================================]
function(pyembed_sign_package directory)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BUILD" "COMMAND")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_sign_package: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; expected BUILD and COMMAND.")
  endif()

  if(NOT "$ENV{PYEMBED_SIGN_COMMAND}" STREQUAL "")
    # Components without code may be all that is packed.
    string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${directory}")
    file(GLOB_RECURSE code "${pattern}/*.exe" "${pattern}/*.dll" "${pattern}/*.pyd")
    if(code AND NOT arg_COMMAND)
      message(FATAL_ERROR
        "pyembed: PYEMBED_SIGN_COMMAND is set, and this build does not know how to run pyembed. Set PYEMBED_COMMAND to "
        "it, or let it say so:\n  pyembed sync\n  cmake \"${arg_BUILD}\"")
    elseif(code)
      pyembed_run_command(COMMAND ${arg_COMMAND} BUILD "${arg_BUILD}" QUIET
        ARGUMENTS fixup "${directory}" --quiet FAILURE "what is in '${directory}' could not be signed")
    endif()
  endif()
endfunction()
