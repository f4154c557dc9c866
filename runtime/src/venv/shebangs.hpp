// Scripts that find their Python beside themselves (docs/venv-contract.md, pip).
#pragma once

#include <optional>
#include <string>

namespace pyembed::detail {

// Makes the scripts of an environment that name an interpreter in `prefix` relative, and tells RECORD. `scripts` and
// `site_packages` are where they are now.
void relative_shebangs(const std::string& prefix, const std::string& scripts, const std::string& site_packages);

// A script with another start; nothing when it names no interpreter in `prefix`.
std::optional<std::string> relative_script(const std::string& content, const std::string& prefix);

}  // namespace pyembed::detail
