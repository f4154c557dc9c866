# The compiler's own default is glibc.
set(CMAKE_C_COMPILER cc)
set(CMAKE_C_COMPILER_TARGET x86_64-alpine-linux-musl)
