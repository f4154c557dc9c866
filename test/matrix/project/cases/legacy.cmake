# A library from before FindPython. CMake's own modules are there under the old policy only.
if(POLICY CMP0148 AND NOT TARGET pyembed::Python)
  cmake_policy(SET CMP0148 OLD)
endif()
find_package(PythonInterp REQUIRED)
find_package(PythonLibs REQUIRED)
matrix_add_probe("${PYTHON_EXECUTABLE}" "${PYTHON_LIBRARIES}")
target_include_directories(probe PRIVATE ${PYTHON_INCLUDE_DIRS})
