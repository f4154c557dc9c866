# The test of pyembed_add_check(): cmake -P run_check.cmake -- <build-dir> <program> <argument>...
cmake_minimum_required(VERSION 3.20...4.0)

set(command "")
set(index 0)
set(is_command FALSE)
while(index LESS CMAKE_ARGC)
  if(is_command)
    list(APPEND command "${CMAKE_ARGV${index}}")
  elseif(CMAKE_ARGV${index} STREQUAL "--")
    set(is_command TRUE)
  endif()
  math(EXPR index "${index} + 1")
endwhile()
list(POP_FRONT command build)

# A program, or the script that it runs, may have gone with another version of Node or pyembed.
foreach(item IN LISTS command)
  if(item STREQUAL "check")
    break()
  elseif(IS_ABSOLUTE "${item}" AND NOT EXISTS "${item}")
    message(FATAL_ERROR
      "pyembed: '${item}', which this build knows as a part of the command pyembed, is gone. Let the pyembed "
      "that is there now write .pyembed/ anew, or set PYEMBED_COMMAND to it:\n  pyembed sync\n  cmake \"${build}\"")
  endif()
endforeach()

# Before 3.27 CMake describes a build when it configures it for the second time.
string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${build}")
file(GLOB replies "${pattern}/.cmake/api/v1/reply/index-*.json")
if(NOT replies)
  execute_process(COMMAND "${CMAKE_COMMAND}" "${build}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endif()

execute_process(COMMAND ${command} RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "pyembed: the check of '${build}' failed (${result}), see above.")
endif()
