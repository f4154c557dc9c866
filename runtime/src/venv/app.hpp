// Which application, which Python (docs/venv-contract.md, Places).
#pragma once

#include "../base/system.hpp"

#include <string>

namespace pyembed::detail {

// An application as app.json tells of it.
struct App {
  std::string name;
  std::string id;
  std::string identity;
  std::string path;
  std::string abi;
};

// `cp314`, `cp314t`
std::string abi_tag(const std::string& version, const std::string& pin_id);

// The canonical directory of an executable, or on macOS the bundle it is in. Without an id it is the identity.
std::string app_path(System system, const std::string& executable);

// 16 upper-case hexadecimal digits.
std::string venv_key(const std::string& identity, const std::string& abi);

// Absolute on any system: records may be read on another one than they were written on.
bool is_absolute_path(const std::string& path);

// The folder of an application's environments.
std::string folder_name(const std::string& app);
// Why an environment may not have a name; empty when it may.
std::string why_no_name(const std::string& name);
// Throws VenvError (PYEMBED_VENV_NAME).
void require_name(const std::string& name);

}  // namespace pyembed::detail
