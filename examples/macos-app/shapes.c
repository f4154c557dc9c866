#include <Python.h>

static PyObject *area(PyObject *self, PyObject *sides) {
  double a, b;
  (void)self;
  return PyArg_ParseTuple(sides, "dd", &a, &b) ? PyFloat_FromDouble(a * b) : NULL;
}

static PyMethodDef methods[] = {{"area", area, METH_VARARGS, "The area of a rectangle."}, {0}};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "shapes", NULL, -1, methods};
PyMODINIT_FUNC PyInit_shapes(void) { return PyModule_Create(&module); }
