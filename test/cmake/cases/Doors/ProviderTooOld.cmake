set(CMAKE_VERSION 3.20.5)
include("${pyembed}/pyembed-provider.cmake")
