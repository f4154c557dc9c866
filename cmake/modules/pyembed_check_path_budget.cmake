include_guard(GLOBAL)

#[=======================================================================[.rst:
pyembed_check_path_budget
-------------------------

Fails when a file would have a longer path below the install prefix than Windows can
do with.

.. code-block:: cmake

  pyembed_check_path_budget(<lines-var>   # as pyembed_read_inventory() gives them
    BUDGET <n>                            # characters
    DESTINATION <dir>)                    # which gets python/, relative to the install prefix
#]=======================================================================]
function(pyembed_check_path_budget lines_var)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "BUDGET;DESTINATION" "")
  if(DEFINED arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "pyembed_check_path_budget: unknown arguments '${arg_UNPARSED_ARGUMENTS}'; "
      "expected BUDGET and DESTINATION.")
  endif()

  set(longest "")
  set(length 0)
  foreach(line IN LISTS ${lines_var})
    string(REGEX REPLACE "^ *\"(.*)\": {.*$" "\\1" path "${line}")
    string(LENGTH "${path}" this)
    if(this GREATER length)
      set(length ${this})
      set(longest "${path}")
    endif()
  endforeach()
  cmake_path(SET longest NORMALIZE "${arg_DESTINATION}/python/${longest}")
  string(LENGTH "${longest}" length)
  if(length GREATER arg_BUDGET)
    message(FATAL_ERROR
      "pyembed: '${longest}' has ${length} characters, ${arg_BUDGET} are allowed below the install prefix: Windows "
      "refuses paths of more than 260 in all. Trim more, shorten DESTINATION, or set -DPYEMBED_PATH_BUDGET=${length} "
      "when the application is installed to a short directory.")
  endif()
endfunction()
