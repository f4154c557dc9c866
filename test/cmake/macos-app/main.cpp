#include <pyembed/interpreter.hpp>
#include <iostream>

extern "C" const char *shapes(void);

int main() {
  try {
    const pyembed::Home home = pyembed::find_home();
    const pyembed::Interpreter interpreter(home);
    std::cout << shapes() << std::endl;
    return PyRun_SimpleString("import sys; print(sys.prefix)");
  } catch (const pyembed::Error &error) {
    std::cerr << error.what() << std::endl;
    return 1;
  }
}
