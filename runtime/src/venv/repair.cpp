#include "verbs.hpp"

#include "recover.hpp"
#include "replace.hpp"
#include "tree.hpp"

namespace pyembed::detail {

namespace {

void require_repairable(const AppPlace& place, const std::string& name, const Found& found) {
  if (found.state == FoundState::Broken || found.state == FoundState::NeedsRebuild) return;
  throw state_error(place, name, found);
}

}  // namespace

VenvRepaired repair_venv(const AppPlace& place, const std::string& name, const VenvControl& control) {
  Found found = open_venv(place, name);
  if (found.state == FoundState::Ready) return VenvRepaired::Nothing;
  require_repairable(place, name, found);

  const VenvLock lock = VenvLock::wait(place.directory, name, Purpose::Repair, control);
  recover(place.directory, name);
  found = look_at(place, name);
  if (found.state == FoundState::Ready) return VenvRepaired::Nothing;
  require_repairable(place, name, found);
  if (found.state == FoundState::Broken) {
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
  const bool is_rebuilt = found.state == FoundState::NeedsRebuild;
  found = look_at(place, name);
  if (found.state != FoundState::Ready) throw state_error(place, name, found);
  return is_rebuilt ? VenvRepaired::Rebuilt : VenvRepaired::Files;
}

}  // namespace pyembed::detail
