#include "app.hpp"

#include "../base/hash.hpp"
#include "../base/text.hpp"

#include <pyembed/detail/layout.hpp>

namespace pyembed::detail {

namespace {

// The final path that Windows gives, as people write it.
std::string plain_windows_path(std::string path) {
  path = replace_all(path, "/", "\\");
  if (starts_with(path, "\\\\?\\UNC\\")) path = "\\\\" + path.substr(8);
  if (starts_with(path, "\\\\?\\")) path = path.substr(4);
  if (path.size() > 1 && path[1] == ':' && path[0] >= 'a' && path[0] <= 'z') path[0] = static_cast<char>(path[0] - 32);
  return path;
}

std::string parent(System system, const std::string& path) {
  if (system != System::Windows) {
    const std::size_t slash = path.rfind('/');
    return slash == 0 || slash == std::string::npos ? "/" : path.substr(0, slash);
  }
  const std::size_t slash = path.rfind('\\');
  // The root of a drive and of a share keep their separator.
  if (slash == 2 && path[1] == ':') return path.substr(0, 3);
  if (starts_with(path, "\\\\")) {
    const std::size_t server = path.find('\\', 2);
    const std::size_t share = server == std::string::npos ? server : path.find('\\', server + 1);
    if (share == slash) return path.substr(0, slash + 1);
  }
  return slash == std::string::npos ? "." : path.substr(0, slash);
}

}  // namespace

std::string abi_tag(const std::string& version, const std::string& pin_id) {
  std::string tag = "cp" + replace_all(versioned(version, pin_id), ".", "");
  return tag;
}

std::string app_path(System system, const std::string& executable) {
  if (system == System::Windows) return parent(system, plain_windows_path(executable));
  const std::string directory = parent(system, executable);
  if (system != System::MacOS) return directory;
  for (std::size_t at = 0; (at = directory.find(".app/Contents", at)) != std::string::npos; ++at) {
    const std::size_t end = at + 13;
    if (end == directory.size() || directory[end] == '/') return directory.substr(0, at + 4);
  }
  return directory;
}

std::string venv_key(const std::string& identity, const std::string& abi) {
  std::string key;
  const std::uint64_t hash = xxh64(identity + "\n" + abi);
  for (int shift = 60; shift >= 0; shift -= 4) key += "0123456789ABCDEF"[hash >> shift & 15];
  return key;
}

bool is_absolute_path(const std::string& path) {
  const auto is_separator = [&](std::size_t at) { return at < path.size() && (path[at] == '/' || path[at] == '\\'); };
  if (!path.empty() && path[0] == '/') return true;
  const std::string letter = lower(path.substr(0, 1));
  if (letter >= "a" && letter <= "z" && path.size() > 1 && path[1] == ':' && is_separator(2)) return true;
  return is_separator(0) && is_separator(1) && path.size() > 2 && !is_separator(2);
}

}  // namespace pyembed::detail
