/** What a user adds to CMakeLists.txt, after `project()`. */
export const cmakeLines = `include(.pyembed/pyembed.cmake OPTIONAL RESULT_VARIABLE pyembed)
if(NOT pyembed)
  message(FATAL_ERROR "There is no .pyembed/ yet: run \`pyembed sync\` in \${CMAKE_CURRENT_SOURCE_DIR}")
endif()
target_link_libraries(<your-target> PRIVATE pyembed::Python)
`
