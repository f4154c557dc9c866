stage(Case.app a-pin)
pyembed_fix_package("${WORK}/stage [1]"
  PIN_ID a-pin COMPONENT app COMMAND /gone/pyembed BUILD "${CMAKE_BINARY_DIR}")
