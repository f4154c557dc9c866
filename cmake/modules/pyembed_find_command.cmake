include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_find_command
--------------------

Says how the command ``pyembed`` is run: ``PYEMBED_COMMAND`` (a list: a program and its
arguments), or the pyembed that made ``.pyembed/``.

.. code-block:: cmake

  pyembed_find_command(<out-var>
    CALLER <function>        # who needs it, for the error when nobody knows
    | OPTIONAL)              # the list is empty then
#]=======================================================================]
function(pyembed_find_command out_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "OPTIONAL" "CALLER" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS OR NOT (arg_OPTIONAL OR DEFINED arg_CALLER))
    message(FATAL_ERROR
      "pyembed_find_command: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; expected CALLER or OPTIONAL.")
  endif()

  set(command "${PYEMBED_COMMAND}")
  if(NOT command)
    include("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/../command.cmake" OPTIONAL)
  endif()
  if(NOT command AND NOT arg_OPTIONAL)
    message(FATAL_ERROR
      "${arg_CALLER}: '${CMAKE_CURRENT_FUNCTION_LIST_DIR}' does not know how to run pyembed. Set PYEMBED_COMMAND "
      "to it, or let it say so with\n  pyembed sync")
  endif()
  set(${out_var} "${command}" PARENT_SCOPE)
endfunction()
