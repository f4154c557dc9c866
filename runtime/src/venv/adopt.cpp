#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "layout.hpp"
#include "recover.hpp"
#include "shebangs.hpp"
#include "tree.hpp"

namespace pyembed::detail {

namespace {

// As the `pyvenv.cfg` of something else says.
Inherit foreign_inherit(const std::string& path) {
  const std::string cfg = try_read_file(at(path, "pyvenv.cfg")).value_or("");
  return lower(read_cfg(cfg, "include-system-site-packages").value_or("")) == "true" ? Inherit::Base : Inherit::None;
}

std::string why_not(const AppPlace& place, const ListedVenv& venv) {
  if (venv.state == ListedState::Newer) return "a newer pyembed made it";
  if (!why_no_name(venv.name).empty()) return "its name is not allowed";
  const std::string& abi = place.app.abi;
  // Without an application it is of MITK, or half adopted from there.
  const bool is_other = venv.key != place.key && venv.app != place.app.name;
  if (!venv.abi.empty() && !venv.app_path.empty() && is_other) return "it is of '" + venv.app + "'";
  if (venv.app_exists && venv.app_path != place.app.path) {
    return "its application is there, at '" + venv.app_path + "'";
  }
  if (venv.abi == abi) return "";
  if (!venv.abi.empty()) return "it is for '" + venv.abi + "', and the application has '" + abi + "'";
  // Where the Pythons of Windows keep packages does not tell the version.
  const std::string path = text_of(venv.path);
  const std::string own = at(path, layout(host_system, abi, place.base.executable).site_packages);
  return foreign_site_packages(path) == own ? "" : "it is for another Python than the application's ('" + abi + "')";
}

// Why it stays; empty when it is taken.
std::string adopt_one(const AppPlace& place, const ListedVenv& venv, const VenvControl& control) {
  const std::string path = text_of(venv.path);
  const std::string from = parent_path(path);
  const std::string& name = venv.name;
  if (!is_same_file_system(path, place.directory)) return "it is on another file system";
  const auto forget_lock = [&](const std::string& directory) {
    if (host_system != System::Windows) remove_file(lock_path(directory, name));
  };
  const auto move = [&]() -> std::string {
    const VenvLock lock = VenvLock::wait(place.directory, name, Purpose::Adopt, control);
    recover(place.directory, name);
    const std::string target = venv_path(place.directory, name);
    if (is_there(target)) return "the application has one of this name";
    const VenvLock old_lock = VenvLock::wait(from, name, Purpose::Adopt, control);
    recover(from, name);
    if (!exists(path)) {
      forget_lock(from);
      forget_lock(place.directory);
      return "another application took it over";
    }
    require_no_interpreter(path, name);
    const ParsedRecord parsed = read_record(from, name);
    const bool is_ours = parsed.verdict == Verdict::Valid;
    VenvRecord record = is_ours ? parsed.record : new_record(place, name, foreign_inherit(path));
    record.base = place.base;
    // In its old place: whoever is killed in between has an environment there that can be adopted again.
    const Layout layout = layout_of(record);
    relative_shebangs(path, at(path, layout.scripts), at(path, layout.site_packages));
    rewrite_tree(place, path, record);
    rename(path, target);
    forget_lock(from);
    return "";
  };
  const std::string reason = move();
  tidy_after(from);
  return reason;
}

}  // namespace

VenvAdopted adopt_venvs(const AppPlace& place, const std::string& old_key, const VenvControl& control) {
  VenvAdopted result;
  bool is_found = false;
  for (const ListedVenv& venv : list_venvs(place.data_home, "")) {
    if (venv.key != old_key || parent_path(text_of(venv.path)) == place.directory) continue;
    if (!is_found) {
      is_found = true;
      make_directories(place.directory);
      record_app(place);
    }
    std::string reason = why_not(place, venv);
    if (reason.empty()) reason = adopt_one(place, venv, control);
    if (reason.empty()) {
      result.adopted.push_back(venv.name);
    } else {
      result.left.emplace(venv.name, reason);
    }
  }
  if (is_found) return result;
  throw VenvError("PYEMBED_VENV_NOT_FOUND", "pyembed: there is no environment with key '" + old_key + "' in '" +
                                                place.data_home + "'. Take a key that is listed.");
}

}  // namespace pyembed::detail
