file(WRITE "${WORK}/find.cmake" "find_package(Python3)\n")
