# A toolchain file that does what vcpkg's does for its port of Python: a find_package() of its own, which hands
# FindPython the results in the variables that FindPython keeps for itself.
include_guard(GLOBAL)
macro(find_package package)
  if("${package}" MATCHES "^Python3?$")
    set(_${package}_LIBRARY_RELEASE "${MATRIX_BAIT_LIBRARY}")
    set(_${package}_INCLUDE_DIR "${MATRIX_BAIT_INCLUDE}")
  endif()
  _find_package(${ARGV})
endmacro()
