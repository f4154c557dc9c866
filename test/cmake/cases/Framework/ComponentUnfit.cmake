stage(Case.app a-pin)
file(WRITE "${WORK}/fail.cmake" "message(STATUS \"found a problem [\$ENV{PYEMBED_SIGN_COMMAND}]\")\nmessage(FATAL_ERROR)\n")
set(ENV{PYEMBED_SIGN_COMMAND} sign)
pyembed_fix_bundle("${WORK}/stage [1]/Case.app"
  PIN_ID a-pin COMPONENT app COMMAND "${CMAKE_COMMAND}" -P "${WORK}/fail.cmake" BUILD "${CMAKE_BINARY_DIR}")
