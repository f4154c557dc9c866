// What every function of the runtime throws.
#pragma once

#include <stdexcept>

namespace pyembed {

// what() says what is wrong, what was expected and what repairs it.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// There is no pyembed-app.json, it is damaged, or the Python that it names is not there.
class AppFileError : public Error {
 public:
  using Error::Error;
  static constexpr const char* code = "PYEMBED_APP_FILE_INVALID";  // of docs/errors.md
};

}  // namespace pyembed
