#include <Python.h>
const char *autoload(void) { return Py_IsInitialized() ? PY_VERSION : ""; }
