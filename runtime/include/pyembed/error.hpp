// What every function of the runtime throws.
#pragma once

#include <stdexcept>

namespace pyembed {

// what() says what is wrong, what was expected and what repairs it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace pyembed
