# find_package(Python) with the pin of pyembed, see pyembed_pin_python.cmake.
_pyembed_apply_pin()
_pyembed_check_version(Python)
_pyembed_hide_library(Python)
include("${CMAKE_ROOT}/Modules/FindPython.cmake")
_pyembed_check_pin(Python)
