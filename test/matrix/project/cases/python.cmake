# A library that asks for whatever Python there is.
find_package(Python REQUIRED COMPONENTS Interpreter Development)
matrix_add_probe("${Python_EXECUTABLE}" Python::Python)
