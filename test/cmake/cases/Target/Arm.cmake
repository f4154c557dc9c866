set(CMAKE_C_COMPILER cc)
set(CMAKE_C_COMPILER_TARGET arm-linux-gnueabihf)
