// Starts the application's own Python and lets numpy compute on a C++ array, in place.

#include "buffer.hpp"

#include <pyembed/interpreter.hpp>

#include <iostream>

namespace {

const char* const script = R"(
import sys
import numpy

array = numpy.asarray(samples)
address = array.__array_interface__["data"][0]
array *= 10
total = float(array.sum())

print("Python    ", sys.version.split()[0])
print("numpy     ", numpy.__version__, "from", numpy.__file__)
print("prefix    ", sys.prefix)
print("executable", sys.executable)
print("numpy sees", array, "sum", total, flush=True)
)";

// Runs `code` in `globals`; on an error prints the traceback.
bool run(const char* code, PyObject* globals) {
  PyObject* result = PyRun_String(code, Py_file_input, globals, globals);
  if (!result) PyErr_Print();
  Py_XDECREF(result);
  return result != nullptr;
}

int hello() {
  const pyembed::Home home = pyembed::find_home();
  const pyembed::Interpreter interpreter(home);
  std::cout << "Started   " << ' ' << Py_GetVersion() << std::endl;

  const auto samples = std::make_shared<Samples>(Samples{1, 2, 3, 4});
  PyObject* buffer = make_buffer(samples);
  PyObject* globals = PyModule_GetDict(PyImport_AddModule("__main__"));
  if (!buffer || PyDict_SetItemString(globals, "samples", buffer) != 0 || !run(script, globals)) {
    if (PyErr_Occurred()) PyErr_Print();
    return 1;
  }
  Py_DECREF(buffer);

  void* address = PyLong_AsVoidPtr(PyDict_GetItemString(globals, "address"));
  std::cout << "C++ sees  ";
  for (const double sample : *samples) std::cout << ' ' << sample;
  const bool shared = address == samples->data() && *samples == Samples{10, 20, 30, 40};
  std::cout << (shared ? ", the same memory" : ", NOT the same memory") << std::endl;
  return shared ? 0 : 1;
}

}  // namespace

int main() {
  try {
    return hello();
  } catch (const pyembed::Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
