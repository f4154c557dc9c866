// What is in the options of pip that an application gives, and may not be there.
#pragma once

#include <pyembed/venv_types.hpp>

#include <string>
#include <vector>

namespace pyembed::detail {

// Refuses what would not be in the environment, or not any more when the copy that pip fills has its name: VenvError
// (PYEMBED_VENV_OPTION).
void require_inside(const VenvStep& step, const std::string& name);
// What is installed such that its source may be edited.
std::vector<std::string> editables_of(std::vector<std::string> options);
// Paths that are there, absolute: another run of pip begins elsewhere.
std::vector<std::string> absolute_options(std::vector<std::string> options);
// A proxy may be told without `http://`.
std::vector<std::string> without_proxy_user(std::vector<std::string> options);
// A path of something that is there, with what pip takes behind it: `./tool[extra]`.
std::string absolute_path(const std::string& text);

}  // namespace pyembed::detail
