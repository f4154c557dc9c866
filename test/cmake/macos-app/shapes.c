#include <Python.h>
const char *shapes(void) { return Py_IsInitialized() ? PY_VERSION : ""; }
