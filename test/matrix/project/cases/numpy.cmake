# An application that asks for numpy's headers too.
find_package(Python3 ${MATRIX_VERSION} REQUIRED COMPONENTS Interpreter Development NumPy)
matrix_add_probe("${Python3_EXECUTABLE}" Python3::Python Python3::NumPy)
