include("${WORK}/other/.pyembed/pyembed.cmake")
