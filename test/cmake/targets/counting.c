// counting.ones(n): an array of numpy.
#include <Python.h>
#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include <numpy/arrayobject.h>

static PyObject *ones(PyObject *self, PyObject *size) {
  npy_intp length = PyLong_AsLong(size);
  PyObject *array = PyArray_SimpleNew(1, &length, NPY_DOUBLE);
  if (!array) return NULL;
  for (npy_intp i = 0; i < length; ++i) ((double *)PyArray_DATA((PyArrayObject *)array))[i] = 1;
  return array;
}

static PyMethodDef methods[] = {{"ones", ones, METH_O, NULL}, {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, "counting", NULL, -1, methods};

PyMODINIT_FUNC PyInit_counting(void) {
  import_array();
  return PyModule_Create(&definition);
}
