#include "process.hpp"

namespace pyembed::detail {

void Lines::add(const char* data, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    if (data[i] == '\n') {
      finish();
    } else if (data[i] != '\r') {
      rest_ += data[i];
    }
  }
}

void Lines::finish() {
  if (!rest_.empty() && on_line_) on_line_(rest_);
  rest_.clear();
}

}  // namespace pyembed::detail
