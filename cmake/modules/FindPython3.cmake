# find_package(Python3) with the pin of pyembed, see pyembed_pin_python.cmake.
_pyembed_apply_pin()
_pyembed_check_version(Python3)
_pyembed_hide_library(Python3)
include("${CMAKE_ROOT}/Modules/FindPython3.cmake")
_pyembed_check_pin(Python3)
