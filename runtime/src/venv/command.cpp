#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "layout.hpp"

#include <pyembed/detail/paths.hpp>

namespace pyembed::detail {

namespace {

constexpr bool is_windows = host_system == System::Windows;
constexpr char path_separator = is_windows ? ';' : ':';

// What another Python left in the environment.
bool is_foreign(const std::string& variable) {
  const std::string name = lower(variable);
  for (const char* foreign : {"pythonhome", "pythonpath", "pythonstartup", "pythonexecutable", "__pyvenv_launcher__"}) {
    if (name == foreign) return true;
  }
  return starts_with(name, "conda_");
}

bool is_program(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(native(path), error);
  const fs::perms any = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  return fs::is_regular_file(status) && (is_windows || (status.permissions() & any) != fs::perms::none);
}

// A name alone is looked for in the environment, then along PATH.
std::string find_program(const std::string& command, const std::string& scripts, const std::string& search) {
  if (contains(command, "/") || (is_windows && contains(command, "\\"))) return command;
  std::vector<std::string> ends{""};
  if (is_windows) ends.insert(ends.begin(), ".exe");
  std::vector<std::string> folders = split(search, path_separator);
  folders.insert(folders.begin(), scripts);
  for (const std::string& folder : folders) {
    for (const std::string& end : ends) {
      const std::string path = venv_path(folder, command + end);
      if (!folder.empty() && is_program(path)) return path;
    }
  }
  throw VenvError("PYEMBED_USAGE", "pyembed: '" + command + "' cannot be started: there is no such program. Install "
                                   "the package that brings it.");
}

}  // namespace

VenvCommand venv_command(const Venv& venv, const std::vector<std::string>& arguments) {
  const std::string path = text_of(venv.path);
  const std::string scripts = at(path, layout_of(venv.record).scripts);
  VenvCommand command;
  std::string before;
  for (const auto& [name, value] : environment()) {
    const bool is_search = is_windows ? lower(name) == "path" : name == "PATH";
    if (is_search) before = value;
    if (!is_search && !is_foreign(name)) command.environment[name] = value;
  }
  // What holds the separator cannot be in PATH.
  const bool is_listable = scripts.find(path_separator) == std::string::npos;
  command.environment["PATH"] = !is_listable ? before : before.empty() ? scripts : scripts + path_separator + before;
  command.environment["VIRTUAL_ENV"] = path;
  command.environment["PYTHONNOUSERSITE"] = "1";
  command.program = native(find_program(arguments.empty() ? "python" : arguments.front(), scripts, before));
  if (!arguments.empty()) command.arguments.assign(arguments.begin() + 1, arguments.end());
  return command;
}

}  // namespace pyembed::detail
