# An application that asks for Python 3.
find_package(Python3 ${MATRIX_VERSION} REQUIRED COMPONENTS Interpreter Development)
matrix_add_probe("${Python3_EXECUTABLE}" Python3::Python)
