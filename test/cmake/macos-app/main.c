#include <Python.h>
#include <stdio.h>

const char *shapes(void);

int main(void) {
  Py_Initialize();
  puts(shapes());
  return PyRun_SimpleString("import sys; print(sys.prefix)");
}
