#include "system.hpp"

#include <ctime>
#include <random>

namespace pyembed::detail {

std::string random_hex(int digits) {
  std::random_device device;
  std::string text;
  while (static_cast<int>(text.size()) < digits) {
    for (std::uint32_t bits = device(), i = 0; i < 8; ++i, bits >>= 4) text += "0123456789abcdef"[bits & 15];
  }
  text.resize(static_cast<std::size_t>(digits));
  return text;
}

std::string now() {
  const std::time_t time = std::time(nullptr);
  std::tm parts{};
#if defined(_WIN32)
  gmtime_s(&parts, &time);
#else
  gmtime_r(&time, &parts);
#endif
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace pyembed::detail
