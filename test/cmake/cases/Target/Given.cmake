# clang builds for it, and CMake names the processor of the host.
set(CMAKE_CXX_COMPILER c++)
set(CMAKE_CXX_COMPILER_TARGET aarch64-linux-gnu)
