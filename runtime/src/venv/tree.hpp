// The files of an environment that belong to its base.
#pragma once

#include "place.hpp"

#include <string>

namespace pyembed::detail {

// Into a folder that is not there yet; the record last.
void write_tree(const AppPlace& place, const std::string& path, const VenvRecord& record);

// Into an environment that is there: each file in one step, the record last. Also what was lost of it; what was
// installed stays.
void rewrite_tree(const AppPlace& place, const std::string& path, const VenvRecord& record);

}  // namespace pyembed::detail
