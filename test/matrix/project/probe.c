/* Tells as JSON which Python this program was compiled against, and which it loads. */
#define _GNU_SOURCE
#include <Python.h>
#include <dlfcn.h>

/* The headers of a bait define this. */
#ifndef BAIT_HEADERS
#define BAIT_HEADERS ""
#endif
#ifndef INTERPRETER
#define INTERPRETER ""
#endif

#ifdef __has_include
#if __has_include(<numpy/numpyconfig.h>)
#include <numpy/numpyconfig.h>
#define IMPORT_NUMPY "import numpy; numpy_file = numpy.__file__\n"
#endif
#endif
#ifndef IMPORT_NUMPY
#define IMPORT_NUMPY "numpy_file = ''\n"
#endif
#ifndef BAIT_NUMPY_HEADERS
#define BAIT_NUMPY_HEADERS ""
#endif

static const char *const script =
    "import json, sys\n" IMPORT_NUMPY
    "print(json.dumps({'versions': ['" PY_VERSION "', sys.version.split()[0]], 'library': library,\n"
    "  'prefix': sys.prefix, 'numpy': numpy_file, 'interpreter': '" INTERPRETER "',\n"
    "  'headers': '" BAIT_HEADERS "', 'numpyHeaders': '" BAIT_NUMPY_HEADERS "'}))\n";

int main(void) {
  Dl_info library;
  if (dladdr((void *)Py_Initialize, &library) == 0) return 2;
  /* <prefix>/lib/libpython: the prefix of the library that was loaded, whichever that is. */
  char home[4096], program[4200];
  snprintf(home, sizeof home, "%s", library.dli_fname);
  for (int i = 0; i < 2; i++) {
    char *slash = strrchr(home, '/');
    if (slash == NULL) return 3;
    *slash = '\0';
  }
  /* By its bare name Python would look for itself on PATH, and take a virtual environment there for its own. */
  snprintf(program, sizeof program, "%s/bin/python3", home);

  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  PyStatus status = PyConfig_SetBytesString(&config, &config.home, home);
  if (!PyStatus_Exception(status)) status = PyConfig_SetBytesString(&config, &config.program_name, program);
  if (!PyStatus_Exception(status)) status = Py_InitializeFromConfig(&config);
  PyConfig_Clear(&config);
  if (PyStatus_Exception(status)) {
    fprintf(stderr, "%s\n", status.err_msg);
    return 4;
  }
  PyObject *main_module = PyImport_AddModule("__main__");
  PyObject_SetAttrString(main_module, "library", PyUnicode_DecodeFSDefault(library.dli_fname));
  const int failed = PyRun_SimpleString(script);
  return Py_FinalizeEx() != 0 || failed != 0 ? 5 : 0;
}
