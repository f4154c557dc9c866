#include <Python.h>
#include <numpy/arrayobject.h>
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "counting", 0, -1};
PyMODINIT_FUNC PyInit_counting(void) { import_array(); return PyModule_Create(&module); }
