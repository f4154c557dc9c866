// What an environment is made of, and its pyvenv.cfg.
#pragma once

#include "../base/system.hpp"

#include <pyembed/venv.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace pyembed::detail {

// Beside `pyvenv.cfg` and the record; paths in it are relative, with `/`.
struct Layout {
  std::vector<std::string> folders;
  std::vector<std::pair<std::string, std::string>> links;   // path, text
  std::vector<std::pair<std::string, std::string>> copies;  // path, file of the base
  std::string python;
  std::string scripts;
  std::string site_packages;
};

// What `python -m venv --without-pip` makes of a base, without activation scripts.
Layout layout(System system, const std::string& abi, const std::string& executable);
// That of an environment on this system.
Layout layout_of(const VenvRecord& record);

// What lets `python -m pip` work in an environment that does not see its base's packages.
extern const char* const pip_shim_path;
extern const char* const pip_shim;

struct CfgInputs {
  std::string executable;
  std::string version;
  Inherit inherit;
  std::string app;
  std::string key;
};
std::string format_cfg(const CfgInputs& inputs);
// The value of a key as Python reads it; nothing when there is none.
std::optional<std::string> read_cfg(const std::string& text, const std::string& key);

}  // namespace pyembed::detail
