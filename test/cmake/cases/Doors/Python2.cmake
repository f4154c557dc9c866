include("${pyembed}/pyembed.cmake")
find_package(Python2 REQUIRED)
