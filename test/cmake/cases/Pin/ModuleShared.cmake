include("${WORK}/project/.pyembed/pyembed.cmake")
pyembed_add_module(shapes SHARED shapes.c)
