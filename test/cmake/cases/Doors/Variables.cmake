# What the include leaves to the project are the variables that docs/cmake.md lists, no more and no fewer.
include("${pyembed}/pyembed.cmake")
file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/../../../../docs/cmake.md" rows ENCODING UTF-8 REGEX "^\\| `PYEMBED_")
string(REGEX MATCHALL "`PYEMBED_[A-Za-z_]+`" documented "${rows}")
list(TRANSFORM documented REPLACE "`" "")
list(SORT documented)
get_cmake_property(found VARIABLES)
list(FILTER found INCLUDE REGEX "^PYEMBED_")
list(REMOVE_DUPLICATES found)
list(REMOVE_ITEM found PYEMBED_LAST_PIN_ID)   # internal, in the cache
if(NOT found STREQUAL documented)
  message(SEND_ERROR "found ${found}, documented ${documented}")
endif()
