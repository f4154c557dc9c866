// Runs the base's pip in an environment (docs/venv-contract.md, pip).
#pragma once

#include "lock.hpp"
#include "place.hpp"

#include <string>
#include <vector>

namespace pyembed::detail {

struct PipPlace {
  std::string path;  // the environment, or its copy
  std::string work;  // for inputs of pip; is made and removed
  std::intptr_t lock;  // stays with pip when this process dies
};

// A step after the other. Throws VenvError (PYEMBED_VENV_INSTALL_FAILED), VenvCancelled.
void run_steps(const AppPlace& place, const PipPlace& where, const VenvRecord& record,
               const std::vector<VenvStep>& steps, bool is_offline, const VenvControl& control);

// What is run: docs/venv-contract.md, in runtime/CMakeLists.txt made of python/*.py.
extern const char* const venv_pip_py;
extern const char* const pip_driver_py;

}  // namespace pyembed::detail
