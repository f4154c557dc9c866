// embed PREFIX CODE
#include <Python.h>

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  PyConfig_SetBytesString(&config, &config.home, argv[1]);
  const PyStatus status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) Py_ExitStatusException(status);
  const int failed = PyRun_SimpleString(argv[2]);
  return Py_FinalizeEx() != 0 || failed;
}
