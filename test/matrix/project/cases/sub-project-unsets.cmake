find_package(Python3 REQUIRED COMPONENTS Interpreter Development NumPy)
add_subdirectory(hostile/unsets)
