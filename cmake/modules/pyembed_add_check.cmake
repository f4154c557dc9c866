include_guard(GLOBAL)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_find_command.cmake")

#[=======================================================================[.rst:
pyembed_add_check
-----------------

Adds a test that proves that the build uses the pinned Python and no other.

.. code-block:: cmake

  pyembed_add_check(
    [NAME <name>]            # of the test; default: pyembed-check
    [ALLOW <path>...])       # Pythons elsewhere that the build may use

It runs ``pyembed check`` on the build directory after all is built, so it fails as
long as nothing is. ``enable_testing()`` belongs in the top directory, as for every
test.

The pyembed that made ``.pyembed/`` is run, or the command in ``PYEMBED_COMMAND``
(a list: a program and its arguments).
#]=======================================================================]
function(pyembed_add_check)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME" "ALLOW")
  if(DEFINED arg_UNPARSED_ARGUMENTS OR DEFINED arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR
      "pyembed_add_check: unknown arguments '${arg_UNPARSED_ARGUMENTS}' or no value for "
      "'${arg_KEYWORDS_MISSING_VALUES}'; expected NAME and ALLOW.")
  endif()
  if(NOT DEFINED arg_NAME)
    set(arg_NAME pyembed-check)
  endif()
  if(arg_ALLOW)
    list(PREPEND arg_ALLOW --allow)
  endif()

  pyembed_find_command(command CALLER pyembed_add_check)
  add_test(
    NAME "${arg_NAME}"
    COMMAND "${CMAKE_COMMAND}" -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/run_check.cmake" --
      "${CMAKE_BINARY_DIR}" ${command} check "${CMAKE_BINARY_DIR}" ${arg_ALLOW})
endfunction()
