# The application's target is global (CMAKE_FIND_PACKAGE_TARGETS_GLOBAL of CMake 3.24 does the same).
find_package(Python3 REQUIRED COMPONENTS Interpreter Development)
set_target_properties(Python3::Python PROPERTIES IMPORTED_GLOBAL TRUE)
add_subdirectory(hostile/finds-again)
matrix_add_probe("${Python3_EXECUTABLE}" Python3::Python)
