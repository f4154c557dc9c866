include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_run_command
-------------------

Runs the command ``pyembed`` in a script of CMake. That it fails is fatal, unless the
caller takes the result.

.. code-block:: cmake

  pyembed_run_command(
    COMMAND <program> <argument>...  # as pyembed_find_command() gives it
    ARGUMENTS <argument>...          # the verb, and what it takes
    BUILD <dir>                      # the build that knows the command
    FAILURE <text>                   # what has failed then
    [QUIET]                          # prints its results only when it fails
    [RESULT_VARIABLE <out-var>])     # 0 when it did not
#]=======================================================================]
function(pyembed_run_command)
  cmake_parse_arguments(PARSE_ARGV 0 arg "QUIET" "BUILD;FAILURE;RESULT_VARIABLE" "COMMAND;ARGUMENTS")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_run_command: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected COMMAND, ARGUMENTS, BUILD, FAILURE, QUIET and RESULT_VARIABLE.")
  endif()

  # A program, or the script that it runs, may have gone with another version of Node or pyembed.
  foreach(item IN LISTS arg_COMMAND)
    if(IS_ABSOLUTE "${item}" AND NOT EXISTS "${item}")
      message(FATAL_ERROR
        "pyembed: '${item}', which this build knows as a part of the command pyembed, is gone. Let the pyembed "
        "that is there now write .pyembed/ anew, or set PYEMBED_COMMAND to it:\n  pyembed sync\n  cmake \"${arg_BUILD}\"")
    endif()
  endforeach()
  set(keep "")
  if(arg_QUIET)
    set(keep OUTPUT_VARIABLE output)
  endif()
  execute_process(COMMAND ${arg_COMMAND} ${arg_ARGUMENTS} RESULT_VARIABLE result ${keep})
  if(arg_QUIET AND NOT result EQUAL 0)
    message("${output}")
  endif()
  if(arg_RESULT_VARIABLE)
    set(${arg_RESULT_VARIABLE} "${result}" PARENT_SCOPE)
  elseif(NOT result EQUAL 0)
    message(FATAL_ERROR "pyembed: ${arg_FAILURE} (${result}), see above.")
  endif()
endfunction()
