#include <Python.h>

int main(void) { return Py_IsInitialized(); }
