#include "app.hpp"

#include "../base/text.hpp"

#include <pyembed/venv.hpp>

namespace pyembed::detail {

namespace {

constexpr std::size_t longest_folder = 120;
constexpr std::size_t longest_name = 100;

// What a file system of some system refuses in a name.
bool is_refused(char c) {
  const auto code = static_cast<unsigned char>(c);
  return code < 0x20 || code == 0x7f || std::string_view("<>:\"/\\|?*").find(c) != std::string_view::npos;
}

// A device of Windows, before the first dot, without spaces at its end.
bool is_device(const std::string& name) {
  std::string start = lower(name.substr(0, name.find('.')));
  while (!start.empty() && start.back() == ' ') start.pop_back();
  for (const char* device : {"con", "prn", "aux", "nul", "conin$", "conout$"}) {
    if (start == device) return true;
  }
  if (!starts_with(start, "com") && !starts_with(start, "lpt")) return false;
  const std::string digit = start.substr(3);
  return (digit.size() == 1 && digit[0] >= '0' && digit[0] <= '9') || digit == "\u00b9" || digit == "\u00b2" ||
         digit == "\u00b3";
}

}  // namespace

std::string folder_name(const std::string& app) {
  std::string plain = app;
  for (char& c : plain) {
    if (is_refused(c)) c = '_';
  }
  if (is_device(plain)) plain = "_" + plain;
  if (plain.size() > longest_folder) {
    std::size_t end = longest_folder;
    while ((static_cast<unsigned char>(plain[end]) & 0xC0) == 0x80) --end;  // no half of a character
    plain.resize(end);
  }
  return plain + "_venvs";
}

std::string why_no_name(const std::string& name) {
  if (name.empty()) return "it is empty";
  if (name.size() > longest_name) return "it is longer than " + std::to_string(longest_name) + " bytes";
  if (!is_utf8(name)) return "it is not UTF-8";
  if (name[0] == '.' || name[0] == '-' || name[0] == ' ') return "it begins with '.', '-' or a space";
  if (name.back() == '.' || name.back() == ' ') return "it ends with '.' or a space";
  for (const char c : name) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) return "it has a line break or control character";
    if (is_refused(c)) return std::string("it has '") + c + "'";
  }
  if (contains(name, ".tmp-")) return "it has '.tmp-', by which pyembed knows what is unfinished";
  if (is_device(name)) return "Windows has a device of that name";
  return lower(name) == "app.json" ? "pyembed has a file of that name" : "";
}

void require_name(const std::string& name) {
  const std::string reason = why_no_name(name);
  if (reason.empty()) return;
  throw VenvError("PYEMBED_VENV_NAME", "pyembed: '" + name + "' cannot name an environment: " + reason +
                                           ". Choose a name that is a folder's on every system.");
}

}  // namespace pyembed::detail
