// environments NAME [PACKAGE…]: makes an environment of this program, installs packages into it, and runs Python in it.

#include <pyembed/interpreter.hpp>
#include <pyembed/venv.hpp>

#include <iostream>

namespace {

const char* const script = R"(
import importlib.metadata, sys

print("Python in  ", sys.prefix)
print("based on   ", sys.base_prefix)
for found in sorted(importlib.metadata.distributions(), key=lambda found: found.name):
    print("            ", found.name, found.version)
)";

void install(const pyembed::Venvs& venvs, const std::string& name, const std::vector<std::string>& packages) {
  pyembed::VenvStep step;
  step.requirements = packages;
  pyembed::VenvControl control;
  control.progress = [](const std::string& line) { std::cerr << line << '\n'; };
  venvs.install(name, {step}, {}, control);
}

int run(const std::vector<std::string>& arguments) {
  const pyembed::Home home = pyembed::find_home();
  const pyembed::Venvs venvs(home);
  const std::string& name = arguments.at(0);

  const pyembed::CreatedVenv created = venvs.create(name);
  std::cout << (created.is_created ? "Made       " : "Found      ") << ' ' << created.venv.path.string() << std::endl;
  if (arguments.size() > 1) install(venvs, name, {arguments.begin() + 1, arguments.end()});

  const pyembed::VenvLease lease = venvs.lease(name);  // nobody changes it while Python runs in it
  pyembed::Options options;
  options.venv = &created.venv;
  const pyembed::Interpreter interpreter(home, options);
  return PyRun_SimpleString(script);
}

}  // namespace

int main(int count, char** values) {
  if (count < 2) {
    std::cerr << "usage: environments NAME [PACKAGE...]\n";
    return 2;
  }
  try {
    return run({values + 1, values + count});
  } catch (const pyembed::Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
