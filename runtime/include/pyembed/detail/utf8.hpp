// Whether bytes are text.
#pragma once

#include <cstddef>
#include <string_view>

namespace pyembed::detail {

// Unicode 15, table 3-7: no surrogates, no overlong forms, nothing above U+10FFFF.
inline bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = [&](std::size_t index) -> unsigned {
      return index < text.size() ? static_cast<unsigned char>(text[index]) : 0U;
    };
    const unsigned first = byte(at);
    const int more = first < 0x80 ? 0 : first >= 0xC2 && first < 0xE0 ? 1 : (first & 0xF0) == 0xE0 ? 2
                     : first >= 0xF0 && first < 0xF5 ? 3 : -1;
    if (more < 0) return false;
    if (more > 0) {
      const unsigned second = byte(at + 1);
      const unsigned low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
      const unsigned high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
      if (second < low || second > high) return false;
    }
    for (int i = 2; i <= more; ++i) {
      if ((byte(at + static_cast<std::size_t>(i)) & 0xC0) != 0x80) return false;
    }
    at += static_cast<std::size_t>(more) + 1;
  }
  return true;
}

}  // namespace pyembed::detail
