include("${pyembed}/pyembed.cmake")
