# The test of pyembed_add_check(): cmake -P run_check.cmake -- <build-dir> <program> <argument>... check <argument>...
cmake_minimum_required(VERSION 3.20...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/pyembed_run_command.cmake")

set(words "")
set(index 0)
set(is_command FALSE)
while(index LESS CMAKE_ARGC)
  if(is_command)
    list(APPEND words "${CMAKE_ARGV${index}}")
  elseif(CMAKE_ARGV${index} STREQUAL "--")
    set(is_command TRUE)
  endif()
  math(EXPR index "${index} + 1")
endwhile()
list(POP_FRONT words build)
list(FIND words check verb)
list(SUBLIST words 0 ${verb} command)
list(SUBLIST words ${verb} -1 arguments)

# Before 3.27 CMake describes a build when it configures it for the second time.
string(REGEX REPLACE "([][*?])" "[\\1]" pattern "${build}")
file(GLOB replies "${pattern}/.cmake/api/v1/reply/index-*.json")
if(NOT replies)
  execute_process(COMMAND "${CMAKE_COMMAND}" "${build}" OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endif()

pyembed_run_command(
  COMMAND ${command} ARGUMENTS ${arguments} BUILD "${build}" FAILURE "the check of '${build}' failed")
