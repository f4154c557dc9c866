// One function of the library, called from C++ and from the application's own Python.
#include <pyembed/interpreter.hpp>
#include <shapes.h>

#include <iostream>

int main() {
  try {
    const pyembed::Home home = pyembed::find_home();
    const pyembed::Interpreter interpreter(home);
    std::cout << "C++    " << shapes_circle_area(2) << std::endl;
    return PyRun_SimpleString(
        "import shapes, sys\n"
        "print('Python', sys.version.split()[0], 'in', sys.prefix)\n"
        "print('Python', round(shapes.circle_area(2), 4), flush=True)\n");
  } catch (const pyembed::Error& error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
