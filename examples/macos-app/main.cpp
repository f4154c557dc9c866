#include <pyembed/interpreter.hpp>

#include <iostream>

static const char program[] = R"(
import sys
sys.path.append(sys.prefix + "/../../../../Resources/modules")
import numpy, shapes
print("Python ", sys.version.split()[0], "in", sys.prefix)
print("numpy  ", numpy.__version__)
print("shapes ", shapes.area(2.0, 3.0))
)";

int main() {
  try {
    const pyembed::Home home = pyembed::find_home();   // by Contents/Resources/pyembed-app.json
    const pyembed::Interpreter interpreter(home);
    return PyRun_SimpleString(program) == 0 ? 0 : 1;
  } catch (const pyembed::Error &error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
