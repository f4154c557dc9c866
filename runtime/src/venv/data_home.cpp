#include "data_home.hpp"

#include "../base/text.hpp"
#include "app.hpp"

#include <pyembed/venv.hpp>

namespace pyembed::detail {

namespace {

// Without separators at its end; those of a root stay.
std::string without_end(System system, std::string path) {
  if (system != System::Windows) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
  }
  path = replace_all(path, "/", "\\");
  while (!path.empty() && path.back() == '\\') path.pop_back();
  return path.size() == 2 && path[1] == ':' ? path + "\\" : path;
}

bool is_absolute(System system, const std::string& path) {
  if (system != System::Windows) return starts_with(path, "/");
  return path.size() > 1 && is_absolute_path(path) && (path[0] != '/' || path[1] == '/' || path[1] == '\\');
}

std::string variable(const Variables& variables, const std::string& name) {
  for (const auto& [key, value] : variables) {
    if (host_system == System::Windows ? lower(key) == lower(name) : key == name) return value;
  }
  return "";
}

}  // namespace

std::optional<std::string> data_home(System system, const Variables& variables,
                                     const std::optional<std::string>& home) {
  const bool is_windows = system == System::Windows;
  std::vector<std::string> candidates;
  if (system == System::Linux) candidates.push_back(variable(variables, "XDG_DATA_HOME"));
  if (is_windows) candidates.push_back(variable(variables, "LOCALAPPDATA"));
  if (home) {
    const std::string start = without_end(system, *home);
    candidates.push_back(system == System::Linux   ? join_path(system, start, {".local", "share"})
                         : system == System::MacOS ? join_path(system, start, {"Library", "Application Support"})
                                                   : join_path(system, start, {"AppData", "Local"}));
  }
  for (const std::string& path : candidates) {
    if (path.size() > 1 || path == "/") {
      if (is_absolute(system, path)) return without_end(system, path);
    }
  }
  return std::nullopt;
}

std::string find_data_home() {
  const Variables variables = environment();
  const std::string named = variable(variables, host_system == System::Windows ? "USERPROFILE" : "HOME");
  std::optional<std::string> home = named;
  if (!is_absolute(host_system, named)) home = home_of_user();
  if (home && !is_absolute(host_system, *home)) home.reset();
  if (const auto found = data_home(host_system, variables, home)) return *found;
  throw VenvError("PYEMBED_HOME_UNKNOWN",
                  "pyembed: the user has no home directory, where environments are. Set HOME, or on Linux "
                  "XDG_DATA_HOME, to an absolute path.");
}

std::string join_path(System system, const std::string& directory, const std::vector<std::string>& parts) {
  const char separator = system == System::Windows ? '\\' : '/';
  std::string path = directory;
  if (!path.empty() && path.back() == separator) path.pop_back();
  for (const std::string& part : parts) path += separator + part;
  return path;
}

std::string at(const std::string& directory, const std::string& path) {
  return join_path(host_system, directory,
                   {host_system == System::Windows ? replace_all(path, "/", "\\") : path});
}

std::string parent_path(const std::string& path) {
  const std::size_t end = path.find_last_of(host_system == System::Windows ? "\\/" : "/");
  return end == std::string::npos ? "" : path.substr(0, end);
}

void require_one_line(const std::string& what, const std::string& path) {
  if (path.find_first_of(std::string("\n\r\0", 3)) == std::string::npos) return;
  throw VenvError("PYEMBED_PATH_UNSUPPORTED", "pyembed: " + what + " '" + path +
                                                  "' has a line break, which pyvenv.cfg cannot hold. Move it to a "
                                                  "folder without one.");
}

}  // namespace pyembed::detail
