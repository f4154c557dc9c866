#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "recover.hpp"
#include "tree.hpp"

#include <chrono>
#include <cstdlib>

namespace pyembed::detail {

namespace {

constexpr std::int64_t hour = 3600LL * 1'000'000'000;

// Somebody runs in it, or nothing may be written there: as long as its own base is there it can be used as it is.
std::optional<VenvLock> take_lock(const AppPlace& place, const std::string& name, bool is_usable,
                                  const std::function<bool()>& is_needed) {
  HolderWatch watch;
  try {
    std::optional<VenvLock> lock = VenvLock::try_once(place.directory, name, Purpose::Relink, watch);
    if (lock || is_usable) return lock;
  } catch (const fs::filesystem_error&) {
    if (is_usable) return std::nullopt;
    throw;
  }
  return VenvLock::wait_while(place.directory, name, Purpose::Relink, {}, "", is_needed);
}

Found look_finished(const AppPlace& place, const std::string& name) {
  const auto is_unfinished = [&] { return look_at(place, name).state == FoundState::Unfinished; };
  if (is_unfinished()) {
    const bool is_usable = look_in_place(place, name).state == FoundState::Ready;
    const std::optional<VenvLock> lock = take_lock(place, name, is_usable, is_unfinished);
    if (lock) recover(place.directory, name);
  }
  return look_in_place(place, name);
}

void put_base_in(const AppPlace& place, Found& stale) {
  stale.venv.record.base = place.base;
  rewrite_tree(place, text_of(stale.venv.path), stale.venv.record);
  stale.state = FoundState::Ready;
}

// The application moved, or has another patch of its Python: links and files that name it are written anew.
Found relink(const AppPlace& place, const Found& stale) {
  const std::string& name = stale.venv.name;
  const auto is_useless = [&] {
    const Found now = look_in_place(place, name);
    return now.state == FoundState::Stale && !now.is_usable;
  };
  const std::optional<VenvLock> lock = take_lock(place, name, stale.is_usable, is_useless);
  Found found = look_in_place(place, name);
  if (found.state != FoundState::Stale) return found;
  if (lock) put_base_in(place, found);
  found.state = FoundState::Ready;
  return found;
}

}  // namespace

Found look_locked(const AppPlace& place, const std::string& name) {
  recover(place.directory, name);
  Found found = look_at(place, name);
  // What waits was made by a newer pyembed, else it would be in place.
  if (found.state == FoundState::Unfinished) found.state = FoundState::Newer;
  if (found.state == FoundState::Stale) put_base_in(place, found);
  return found;
}

Found open_venv(const AppPlace& place, const std::string& name) {
  require_name(name);
  Found found = look_finished(place, name);
  // Another look, for between two system calls of the first one it may have been replaced.
  if (found.state != FoundState::Ready) found = look_finished(place, name);
  if (found.state == FoundState::Stale) found = relink(place, found);
  if (found.state == FoundState::Ready) {
    record_app(place);
    note_use(text_of(found.venv.path));
  }
  return found;
}

Venv require_venv(const AppPlace& place, const std::string& name) {
  const Found found = open_venv(place, name);
  if (found.state == FoundState::Ready) return found.venv;
  throw state_error(place, name, found);
}

void note_use(const std::string& venv) {
  const std::string record = at(venv, record_name);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t time = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  // What lies in the future was noted by a clock that was wrong.
  if (std::abs(time - change_time(record).value_or(0)) >= hour) touch(record);
}

}  // namespace pyembed::detail
