#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "layout.hpp"

#include <algorithm>

namespace pyembed::detail {

namespace {

const std::string folder_end = "_venvs";

bool is_key(const std::string& name) {
  return name.size() == 16 && name.find_first_not_of("0123456789ABCDEFabcdef") == std::string::npos;
}

fs::file_time_type time_of(const std::string& path) {
  std::error_code error;
  return fs::last_write_time(native(path), error);
}

// The time of the last change of a folder; empty when it is not there.
std::string stamp_of(const std::string& folder) {
  const std::optional<std::int64_t> time = change_time(folder);
  return time ? std::to_string(*time) : "";
}

// What has neither record nor `pyvenv.cfg` is none.
bool describe_other(ListedVenv& venv, const std::string& path) {
  const std::string cfg = at(path, "pyvenv.cfg");
  if (!exists(cfg)) return false;
  venv.python = native(at(path, host_system == System::Windows ? "Scripts/python.exe" : "bin/python"));
  const std::string site_packages = foreign_site_packages(path);
  if (!site_packages.empty()) venv.packages = installed_packages(site_packages);
  venv.size_bytes = disk_use(path);
  venv.last_used = time_of(cfg);
  return true;
}

bool describe(ListedVenv& venv, const std::string& directory) {
  const std::string path = venv_path(directory, venv.name);
  venv.path = native(path);
  const ParsedRecord parsed = read_record(directory, venv.name);
  if (parsed.verdict != Verdict::Valid) {
    venv.state = parsed.verdict == Verdict::Newer ? ListedState::Newer : ListedState::Foreign;
    return describe_other(venv, path);
  }
  const VenvRecord& record = parsed.record;
  const Layout layout = layout_of(record);
  const std::string site_packages = at(path, layout.site_packages);
  venv.abi = record.abi;
  venv.python = native(at(path, layout.python));
  venv.packages = installed_packages(site_packages);
  const std::optional<std::string> file = try_read_file(at(path, record_name));
  if (!file) return false;  // it is removed at this moment
  const bool is_counted = !record.size_stamp.empty() && record.size_stamp == stamp_of(site_packages);
  venv.size_bytes = venv.packages.empty() ? static_cast<std::int64_t>(file->size())
                    : is_counted          ? record.size_bytes
                                          : disk_use(path);
  venv.last_used = time_of(at(path, record_name));
  const bool is_whole = exists(at(path, "pyvenv.cfg")) && is_there(at(path, layout.python));
  venv.state = !is_whole                          ? ListedState::Broken
               : exists(record.base.executable) ? ListedState::Ready
                                                  : ListedState::BaseMissing;
  return true;
}

void list_key(std::vector<ListedVenv>& venvs, const std::string& folder, const std::string& key,
              const std::string& directory) {
  const std::optional<std::string> text = try_read_file(at(directory, app_file_name));
  const std::optional<App> app = text ? parse_app(*text) : std::nullopt;
  for (const std::string& name : list_directory(directory)) {
    // What links lead to is elsewhere.
    if (starts_with(name, ".") || !is_own_directory(venv_path(directory, name))) continue;
    ListedVenv venv;
    venv.app = app                           ? app->name
               : ends_with(folder, folder_end) ? folder.substr(0, folder.size() - folder_end.size())
                                               : folder;
    venv.app_path = app ? app->path : "";
    venv.app_exists = app && exists(app->path);
    venv.key = key;
    venv.name = name;
    if (describe(venv, directory)) venvs.push_back(std::move(venv));
  }
}

}  // namespace

std::vector<ListedVenv> list_venvs(const std::string& data_home, const std::string& folder) {
  // What is no folder is told, for nothing can be made there either.
  std::error_code error;
  fs::directory_iterator(native(data_home), error);
  if (error == std::errc::not_a_directory) throw fs::filesystem_error("pyembed: no folder", native(data_home), error);
  std::vector<std::string> folders{folder};
  if (folder.empty()) {
    folders = list_directory(data_home);
    const auto is_other = [](const std::string& name) { return !ends_with(name, folder_end); };
    folders.erase(std::remove_if(folders.begin(), folders.end(), is_other), folders.end());
  }
  std::vector<ListedVenv> venvs;
  for (const std::string& name : folders) {
    const std::string keys = venv_path(data_home, name);
    for (const std::string& key : list_directory(keys)) {
      if (is_key(key)) list_key(venvs, name, key, venv_path(keys, key));
    }
  }
  return venvs;
}

std::string foreign_site_packages(const std::string& path) {
  if (host_system == System::Windows) return at(path, "Lib/site-packages");
  for (const std::string& name : list_directory(at(path, "lib"))) {
    if (starts_with(name, "python3.")) return at(path, "lib/" + name + "/site-packages");
  }
  return "";
}

VenvPruned prune_venvs(const std::string& data_home, std::optional<int> older_than_days, bool is_dry_run,
                       const VenvControl& control) {
  const auto oldest = fs::file_time_type::clock::now() - std::chrono::hours(24) * older_than_days.value_or(30);
  VenvPruned pruned;
  for (ListedVenv& venv : list_venvs(data_home, "")) {
    const bool is_ours = !venv.abi.empty() && !venv.app_path.empty();
    // Where AppImages are mounted, elsewhere each time.
    const bool is_mount_point = contains(venv.app_path, "/.mount_");
    if (!is_ours || venv.app_exists || venv.last_used > oldest) continue;
    if (is_mount_point && !older_than_days) continue;
    try {
      const std::string path = text_of(venv.path);
      venv.size_bytes = disk_use(path);
      if (!is_dry_run) remove_venv(parent_path(path), venv.name, control);
      pruned.removed.push_back(std::move(venv));
    } catch (const VenvError& error) {
      if (error.code != "PYEMBED_VENV_IN_USE" && error.code != "PYEMBED_VENV_BROKEN") throw;
      pruned.kept.emplace(text_of(venv.path), error.what());
    }
  }
  return pruned;
}

}  // namespace pyembed::detail
