file(WRITE "${WORK}/theirs.cmake" "message(STATUS \"theirs after \${PYEMBED_PIN_ID}\")\n")
