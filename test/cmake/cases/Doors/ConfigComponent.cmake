find_package(pyembed CONFIG REQUIRED COMPONENTS Qt)
