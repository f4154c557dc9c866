#include "verbs.hpp"

#include "../base/files.hpp"
#include "recover.hpp"
#include "tree.hpp"

namespace pyembed::detail {

CreatedVenv create_venv(const AppPlace& place, const std::string& name, Inherit inherit) {
  require_name(name);
  Found found = look_at(place, name);
  if (found.state != FoundState::Missing) found = open_venv(place, name);
  if (found.state == FoundState::Ready) return {found.venv, false};

  const VenvLock lock = VenvLock::wait(place.directory, name, Purpose::Create, {});
  found = look_locked(place, name);
  if (found.state == FoundState::Ready) return {found.venv, false};
  const bool is_free = found.state == FoundState::Missing || found.state == FoundState::AppMoved ||
                       (found.state == FoundState::NeedsRebuild && found.key != place.key);
  if (!is_free) throw state_error(place, name, found);

  record_app(place);
  remove_whole(place.directory, name);
  const VenvRecord record = new_record(place, name, inherit);
  const std::string stage = stage_path(place.directory, name);
  try {
    write_tree(place, stage, record);
    rename(stage, venv_path(place.directory, name));
  } catch (...) {
    remove_tree(stage);
    throw;
  }
  return {describe_venv(place.directory, name, record), true};
}

VenvRecord new_record(const AppPlace& place, const std::string& name, Inherit inherit) {
  VenvRecord record;
  record.name = name;
  record.abi = place.app.abi;
  record.inherit = inherit;
  record.base = place.base;
  record.created = now();
  return record;
}

}  // namespace pyembed::detail
