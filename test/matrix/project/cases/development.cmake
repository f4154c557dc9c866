# What one can ask for when nothing of the target runs on this machine.
find_package(Python3 REQUIRED COMPONENTS Development)
matrix_add_probe("" Python3::Python)
