// Text is UTF-8 in std::string.
#pragma once

#include <pyembed/detail/utf8.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace pyembed::detail {

bool starts_with(std::string_view text, std::string_view start);
bool ends_with(std::string_view text, std::string_view end);
bool contains(std::string_view text, std::string_view part);
// ASCII letters alone.
std::string lower(std::string text);
std::string trim(std::string_view text);
std::string replace_all(std::string text, std::string_view from, std::string_view to);
std::vector<std::string> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view separator);

}  // namespace pyembed::detail
