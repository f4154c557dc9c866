// Replaces an environment by one with more installed, or leaves it as it was. With the exclusive lock.
#pragma once

#include "place.hpp"

#include <functional>
#include <string>
#include <vector>

namespace pyembed::detail {

struct Replacement {
  VenvRecord record;  // of the state before `steps`
  std::vector<VenvStep> steps;
  bool is_offline = false;
  std::intptr_t lock = -1;
  std::function<void(const std::string& stage)> make;  // makes it under another name
};

// False when it will be in place after nothing runs in it any more (Windows).
bool replace_venv(const AppPlace& place, const Replacement& replacement, const VenvControl& control);

// Files as hard links where that works: pip replaces files and never writes into them. Those of the top are copies.
void copy_tree(const std::string& from, const std::string& to);

}  // namespace pyembed::detail
