include("${pyembed}/pyembed-provider.cmake")
