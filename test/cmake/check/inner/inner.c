#include <Python.h>

PyObject* part(void) { return PyLong_FromLong(1); }
