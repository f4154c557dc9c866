#include <pyconfig.h>

#include <Python.h>
