include("${pyembed}/pyembed.cmake")
find_package(Python3 3.15 REQUIRED COMPONENTS Interpreter)
