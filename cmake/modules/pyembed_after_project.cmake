# For pyembed-provider.cmake: CMake includes this at the end of the first project(), by CMAKE_PROJECT_INCLUDE.
set(CMAKE_PROJECT_INCLUDE "${_pyembed_project_include}")
include("${CMAKE_CURRENT_LIST_DIR}/../pyembed.cmake")
foreach(_pyembed_name IN LISTS CMAKE_PROJECT_INCLUDE)
  include("${_pyembed_name}")
endforeach()
