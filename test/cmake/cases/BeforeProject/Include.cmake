include("${WORK}/project/.pyembed/pyembed.cmake")
