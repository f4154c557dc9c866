#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "layout.hpp"
#include "recover.hpp"
#include "replace.hpp"
#include "tree.hpp"

namespace pyembed::detail {

namespace {

// Whether what was installed is still there, or there was nothing: as long as no part of the way is a link.
bool has_packages(const AppPlace& place, const std::string& name, const VenvRecord& record) {
  std::string path = venv_path(place.directory, name);
  for (const std::string& part : split(layout_of(record).site_packages, '/')) {
    path = venv_path(path, part);
    if (!is_own_directory(path)) return false;
  }
  return true;
}

void require_repairable(const AppPlace& place, const std::string& name, const Found& found) {
  const bool is_ours = found.state == FoundState::Broken && !found.record.name.empty();
  if (is_ours || found.state == FoundState::NeedsRebuild) return;
  throw state_error(place, name, found);
}

}  // namespace

VenvRepaired repair_venv(const AppPlace& place, const std::string& name, const VenvControl& control) {
  Found found = open_venv(place, name);
  if (found.state == FoundState::Ready) return VenvRepaired::Nothing;
  require_repairable(place, name, found);

  const VenvLock lock = VenvLock::wait(place.directory, name, Purpose::Repair, control);
  found = look_locked(place, name);
  if (found.state == FoundState::Ready) return VenvRepaired::Nothing;
  require_repairable(place, name, found);
  const bool is_rebuilt = found.state == FoundState::NeedsRebuild || !has_packages(place, name, found.record);
  if (!is_rebuilt) {
    VenvRecord record = found.record;
    record.base = place.base;
    rewrite_tree(place, venv_path(place.directory, name), record);
  } else {
    const VenvRecord record = new_record(place, name, found.record.inherit);
    replace_venv(place,
                 {record, found.record.steps, false, lock.handle(),
                  [&](const std::string& stage) { write_tree(place, stage, record); }},
                 control);
  }
  found = look_at(place, name);
  if (found.state != FoundState::Ready) throw state_error(place, name, found);
  return is_rebuilt ? VenvRepaired::Rebuilt : VenvRepaired::Files;
}

}  // namespace pyembed::detail
