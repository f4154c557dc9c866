include("${pyembed}/pyembed.cmake")
include("${WORK}/other/.pyembed/pyembed.cmake")
