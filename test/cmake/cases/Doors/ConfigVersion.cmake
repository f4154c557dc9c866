find_package(pyembed 99 CONFIG REQUIRED)
