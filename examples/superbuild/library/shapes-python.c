#include <Python.h>

#include "shapes.h"

static PyObject* circle_area(PyObject* module, PyObject* radius) {
  const double value = PyFloat_AsDouble(radius);
  (void)module;
  return PyErr_Occurred() ? NULL : PyFloat_FromDouble(shapes_circle_area(value));
}

static PyMethodDef functions[] = {{"circle_area", circle_area, METH_O, "Area of a circle."}, {NULL, NULL, 0, NULL}};

static PyModuleDef definition = {PyModuleDef_HEAD_INIT, "shapes", NULL, 0, functions, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit_shapes(void) { return PyModule_Create(&definition); }
