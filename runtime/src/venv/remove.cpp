#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/temporary.hpp"
#include "../base/text.hpp"
#include "look.hpp"
#include "recover.hpp"

#include <algorithm>

namespace pyembed::detail {

namespace {

// With links resolved but its own, which leads to the base; empty when that cannot be told.
std::string real_program(const std::string& pid, const std::string& program) {
  std::error_code error;
  const fs::path cwd = fs::read_symlink("/proc/" + pid + "/cwd", error);
  const fs::path path = cwd / program;
  const fs::path folder = error ? fs::path() : fs::canonical(path.parent_path(), error);
  return error ? "" : text_of(folder / path.filename());
}

void require_environment(const std::string& path, const std::string& name) {
  if (is_environment(path)) return;
  const std::string reason = is_own_directory(path) ? "it is no environment" : why_none(path);
  throw VenvError("PYEMBED_VENV_BROKEN", "pyembed: '" + name + "' is broken: " + reason + foreign_hint);
}

}  // namespace

bool remove_venv(const std::string& directory, const std::string& name, const VenvControl& control) {
  require_name(name);
  if (!exists(directory)) return false;
  bool is_there = false;
  {
    const VenvLock lock = VenvLock::wait(directory, name, Purpose::Remove, control);
    recover(directory, name);
    const std::string path = venv_path(directory, name);
    is_there = detail::is_there(path);
    if (is_there) require_environment(path, name);
    if (is_there) require_no_interpreter(path, name);
    remove_whole(directory, name);
    // Who waits for it finds that it is another file now. Windows does not remove what is open.
    if (host_system != System::Windows) remove_file(lock_path(directory, name));
  }
  tidy_after(directory);
  return is_there;
}

void require_no_interpreter(const std::string& venv, const std::string& name) {
  std::vector<VenvHolder> running = find_interpreters(venv);
  if (running.empty()) return;
  std::vector<std::string> names;
  for (const VenvHolder& holder : running) {
    names.push_back("'" + holder.program + "' (process " + std::to_string(holder.pid) + ")");
  }
  throw VenvInUse("pyembed: '" + name + "' is in use by " + join(names, ", ") + ". End that program.",
                  std::move(running));
}

std::vector<VenvHolder> find_interpreters(const std::string& venv) {
  std::vector<VenvHolder> running;
  if (host_system != System::Linux || !exists(venv)) return running;
  const std::string inside = canonical(venv) + "/";
  for (const std::string& name : list_directory("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const std::string line = try_read_file("/proc/" + name + "/cmdline").value_or("");
    const std::string program = line.substr(0, line.find('\0'));
    if (!contains(program, "/")) continue;
    if (!starts_with(program, venv + "/") && !starts_with(real_program(name, program), inside)) continue;
    VenvHolder holder;
    holder.program = program;
    holder.pid = std::stoll(name);
    holder.purpose = "run";
    running.push_back(std::move(holder));
  }
  return running;
}

void tidy_after(const std::string& directory) {
  const std::string file = at(directory, app_file_name);
  sweep_temporary(directory, std::string(".") + app_file_name);
  const std::optional<std::string> text = try_read_file(file);
  const std::vector<std::string> names = list_directory(directory);
  if (std::any_of(names.begin(), names.end(), [](const std::string& name) { return name != app_file_name; })) return;
  remove_file(file);
  std::error_code error;
  fs::remove(native(directory), error);
  if (!error) {
    fs::remove(native(parent_path(directory)), error);
  } else if (text && exists(directory)) {
    // Somebody begins to make one, and has looked for app.json already.
    write_atomic(file, *text);
  }
}

}  // namespace pyembed::detail
