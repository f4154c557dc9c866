# A library from before FindPython.
if(POLICY CMP0148)
  cmake_policy(SET CMP0148 OLD)
endif()
find_package(PythonInterp REQUIRED)
find_package(PythonLibs REQUIRED)
matrix_add_probe("${PYTHON_EXECUTABLE}" "${PYTHON_LIBRARIES}")
target_include_directories(probe PRIVATE ${PYTHON_INCLUDE_DIRS})
