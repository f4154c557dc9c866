#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "lease.hpp"
#include "layout.hpp"
#include "pip.hpp"
#include "replace.hpp"
#include "steps.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

namespace pyembed::detail {

namespace {

// Of what is loaded, what belongs to distributions that are gone now, or have another version.
std::vector<std::string> changed_modules(const std::map<std::string, std::set<std::string>>& before,
                                         const std::string& site_packages, const std::vector<std::string>& loaded) {
  const auto after = modules_of(site_packages);
  std::set<std::string> changed;
  for (const auto& [folder, names] : before) {
    if (after.count(folder) == 0) changed.insert(names.begin(), names.end());
  }
  std::set<std::string> found;
  for (const std::string& module : loaded) {
    const std::string top = module.substr(0, module.find('.'));
    if (changed.count(top) > 0) found.insert(top);
  }
  return {found.begin(), found.end()};
}

}  // namespace

VenvInstalled install_in_venv(const AppPlace& place, const std::string& name, const std::vector<VenvStep>& steps,
                              const VenvInstallOptions& options, const VenvControl& control) {
  const Venv known = require_venv(place, name);
  // The process that runs in it may install: its own lease steps aside meanwhile.
  const LentLease lent(options.lease, place.directory, name);
  const VenvLock lock = VenvLock::wait(place.directory, name, Purpose::Install, control, lent.file());
  const Found found = look_locked(place, name);
  if (found.state != FoundState::Ready) throw state_error(place, name, found);

  const std::string path = text_of(found.venv.path);
  const std::string site_packages = at(path, layout_of(found.venv.record).site_packages);
  const auto before = modules_of(site_packages);
  const auto copy = [&](const std::string& stage) { copy_tree(path, stage); };
  std::vector<VenvStep> complete;
  std::transform(steps.begin(), steps.end(), std::back_inserter(complete), complete_step);
  const bool is_in_place =
      replace_venv(place, {found.venv.record, complete, options.is_offline, lock.handle(), copy}, control);

  VenvInstalled installed;
  installed.is_pending = !is_in_place;
  installed.venv = describe_venv(place.directory, name, read_record(place.directory, name).record);
  installed.packages = packages_of(installed.venv);
  for (const VenvHolder& holder : find_interpreters(path)) {
    if (!control.progress) break;
    control.progress("'" + holder.program + "' (process " + std::to_string(holder.pid) + ") runs in '" + name +
                     "' and may need a restart");
  }
  if (is_in_place) installed.restart_required = changed_modules(before, site_packages, options.loaded_modules);
  return installed;
}

}  // namespace pyembed::detail
