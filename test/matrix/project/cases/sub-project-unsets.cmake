find_package(Python3 REQUIRED COMPONENTS Interpreter Development)
add_subdirectory(hostile/unsets)
