# `<PACKAGE>_ROOT` leads a second find_package(pyembed) from CMake 3.27 on (CMP0144): no variable is called so.
cmake_policy(VERSION 3.20)
find_package(pyembed CONFIG REQUIRED)
unset(pyembed_DIR CACHE)
find_package(pyembed CONFIG REQUIRED)
