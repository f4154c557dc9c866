find_package(pyembed CONFIG REQUIRED)
