// Where the environments of all applications are.
#pragma once

#include "../base/system.hpp"

#include <optional>
#include <string>
#include <vector>

namespace pyembed::detail {

// By the conventions of the system; nothing when it names no place. `home` is the user's directory.
std::optional<std::string> data_home(System system, const Variables& variables,
                                     const std::optional<std::string>& home);

// Of this user on this system. Throws VenvError (PYEMBED_HOME_UNKNOWN).
std::string find_data_home();

// By one separator; nothing else changes.
std::string join_path(System system, const std::string& directory, const std::vector<std::string>& parts);
// On this system; `path` has `/`.
std::string at(const std::string& directory, const std::string& path);
// The part before the last separator of this system.
std::string parent_path(const std::string& path);

// A line break would end the line of pyvenv.cfg that names it. Throws VenvError (PYEMBED_PATH_UNSUPPORTED).
void require_one_line(const std::string& what, const std::string& path);

}  // namespace pyembed::detail
