set(CMAKE_VERSION 3.19.8)
include("${pyembed}/pyembed.cmake")
