stage(Case.app a-pin)
file(WRITE "${WORK}/fail.cmake" "message(STATUS \"found a problem\")\nmessage(FATAL_ERROR)\n")
pyembed_fix_package("${WORK}/stage [1]"
  PIN_ID a-pin COMPONENT app COMMAND "${CMAKE_COMMAND}" -P "${WORK}/fail.cmake" BUILD "${CMAKE_BINARY_DIR}")
