// What a Python calls its files, by its version.
#pragma once

#include <filesystem>
#include <string>

namespace pyembed {

namespace fs = std::filesystem;

namespace detail {

// Whether a pin id, or the key of a build, is of the free-threaded Python.
inline bool is_freethreaded(std::string pin_id) {
  const std::string mark = "-freethreaded";
  const auto ends = [&] {
    return pin_id.size() >= mark.size() && pin_id.compare(pin_id.size() - mark.size(), mark.size(), mark) == 0;
  };
  if (ends()) return true;
  const std::size_t dash = pin_id.rfind('-');
  if (dash == std::string::npos || pin_id.size() - dash != 17 ||
      pin_id.find_first_not_of("0123456789abcdef", dash + 1) != std::string::npos) {
    return false;
  }
  pin_id.resize(dash);
  return ends();
}

// "3.14" of "3.14.6", with "t" for the free-threaded build: what files and directories are called by. Empty when the
// text is no version.
inline std::string versioned(const std::string& version, const std::string& pin_id) {
  const std::size_t end = version.find('.', 2);
  const bool is_version = version.compare(0, 2, "3.") == 0 && end != std::string::npos && end > 2 &&
                          version.find_first_not_of("0123456789", 2) == end;
  return is_version ? version.substr(0, end) + (is_freethreaded(pin_id) ? "t" : "") : "";
}

#if defined(_WIN32)
inline fs::path interpreter_name(const std::string&) { return "python.exe"; }
inline fs::path stdlib_name(const std::string&) { return "Lib"; }
#else
inline fs::path interpreter_name(const std::string& versioned) { return fs::path("bin") / ("python" + versioned); }
inline fs::path stdlib_name(const std::string& versioned) { return fs::path("lib") / ("python" + versioned); }
#endif

}  // namespace detail

}  // namespace pyembed
