// Runs of pip: what is asked, kept and said of them.
#pragma once

#include <pyembed/venv_types.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace pyembed::detail {

// With all that it needs to be done again elsewhere: paths are absolute.
VenvStep complete_step(VenvStep step);
// What is kept and said of a step: no user and password of an address; they are asked for again.
VenvStep without_secrets(VenvStep step);
// A text without users and passwords of the addresses in it.
std::string without_users(std::string text);

// Arguments of `pip install`; files of requirements are where they were, or else written into `work`.
std::vector<std::string> pip_arguments(const VenvStep& step, std::size_t index, const std::string& work,
                                       bool is_offline);
// Writes lines for pip into a folder. Returns the path.
std::string write_input(const std::string& work, const std::string& name, const std::string& text);

}  // namespace pyembed::detail
