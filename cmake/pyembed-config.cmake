# find_package(pyembed CONFIG), with pyembed_DIR or CMAKE_PREFIX_PATH naming this folder: another way to say
# include(.pyembed/pyembed.cmake).
include("${CMAKE_CURRENT_LIST_DIR}/pyembed.cmake")
foreach(_pyembed_name IN LISTS pyembed_FIND_COMPONENTS)
  if(pyembed_FIND_REQUIRED_${_pyembed_name})
    set(pyembed_FOUND FALSE)
    set(pyembed_NOT_FOUND_MESSAGE "pyembed has no components; '${_pyembed_name}' is asked for.")
  endif()
endforeach()
