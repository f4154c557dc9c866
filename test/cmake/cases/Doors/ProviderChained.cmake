if(NOT TARGET pyembed::Python OR NOT PYEMBED_PREFIX STREQUAL "${CMAKE_BINARY_DIR}/python")
  message(SEND_ERROR "no Python")
endif()
