# The pinned python3.pc comes before those that the environment names, which stay.
set(ENV{PKG_CONFIG_PATH} "/one two:/three")
foreach(time IN ITEMS first second)
  include("${pyembed}/pyembed.cmake")
  if(NOT "$ENV{PKG_CONFIG_PATH}" STREQUAL "${PYEMBED_PREFIX}/lib/pkgconfig:/one two:/three")
    message(SEND_ERROR "${time}: $ENV{PKG_CONFIG_PATH}")
  endif()
endforeach()
