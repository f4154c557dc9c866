// JSON, as records are written in.
#pragma once

#include <pyembed/detail/json_parse.hpp>

#include <string>

namespace pyembed::detail {

// Members sorted, two spaces, a line break at the end, no escapes but those that are demanded.
std::string format_json(const Json& json);
// The same on one line.
std::string format_json_line(const Json& json);

}  // namespace pyembed::detail
