#include <pyembed/venv.hpp>

#include "../base/files.hpp"
#include "lease.hpp"
#include "verbs.hpp"

#include <system_error>

namespace pyembed {

VenvLease::VenvLease(std::unique_ptr<State> state) : state_(std::move(state)) {}
VenvLease::~VenvLease() = default;
VenvLease::VenvLease(VenvLease&&) noexcept = default;
VenvLease& VenvLease::operator=(VenvLease&&) noexcept = default;

bool VenvLease::is_held() const { return state_ && state_->lock.is_held(); }

struct Venvs::Place : detail::AppPlace {};

namespace {

// All that is thrown is an Error.
template <typename Work>
auto guarded(Work work) {
  try {
    return work();
  } catch (const std::system_error& error) {  // filesystem_error too
    throw VenvError("PYEMBED_FILE_SYSTEM", std::string(error.what()) + ". See that there is room, and that it may be "
                                           "written.");
  }
}

// Who removes the last environment of an application removes the folder with its lock, too.
detail::VenvLock lock_to_run(const detail::AppPlace& place, const std::string& name, const VenvControl& control) {
  constexpr int attempts = 10;
  for (int attempt = 1;; ++attempt) {
    detail::require_venv(place, name);
    try {
      return detail::VenvLock::wait(place.directory, name, detail::Purpose::Run, control);
    } catch (const fs::filesystem_error& error) {
      if (error.code() != std::errc::no_such_file_or_directory || attempt == attempts) throw;
    }
  }
}

std::string text_of_home(const fs::path& path) { return path.empty() ? "" : detail::text_of(fs::absolute(path)); }

OpenedVenv opened(detail::Found found) {
  // In the order of FoundState.
  static constexpr VenvState states[] = {VenvState::Ready,  VenvState::Missing, VenvState::NeedsRebuild,
                                         VenvState::AppMoved, VenvState::Broken, VenvState::Newer};
  if (found.state == detail::FoundState::Stale) {
    return {VenvState::Broken, {}, found.venv.record, "", "", "its Python is gone, and it is in use"};
  }
  if (found.state == detail::FoundState::Unfinished) return {};
  return {states[static_cast<int>(found.state)], std::move(found.venv), std::move(found.record), std::move(found.key),
          std::move(found.was_at), std::move(found.reason)};
}

}  // namespace

VenvRequirementFile read_requirement_file(const fs::path& path) {
  const std::string name = detail::text_of(fs::absolute(path));
  const std::optional<std::string> text = detail::read_file(name);
  if (!text) throw VenvError("PYEMBED_USAGE", "pyembed: there is no '" + name + "'. Name a file that is there.");
  return {name, *text};
}

Venvs::Venvs(const Home& home, const fs::path& data_home)
    : place_(guarded([&] {
        return std::make_unique<Place>(Place{detail::place_app(home, text_of_home(data_home))});
      })) {}
Venvs::Venvs(const VenvApp& app, const VenvBase& base, const fs::path& data_home)
    : place_(guarded([&] {
        return std::make_unique<Place>(Place{detail::place_app(app, base, text_of_home(data_home))});
      })) {}
Venvs::~Venvs() = default;
Venvs::Venvs(Venvs&&) noexcept = default;
Venvs& Venvs::operator=(Venvs&&) noexcept = default;

const std::string& Venvs::key() const { return place_->key; }

fs::path Venvs::directory() const { return detail::native(place_->directory); }

fs::path Venvs::path(const std::string& name) const {
  detail::require_name(name);
  return detail::native(detail::venv_path(place_->directory, name));
}

OpenedVenv Venvs::open(const std::string& name) const {
  return guarded([&] { return opened(detail::open_venv(*place_, name)); });
}

Venv Venvs::require(const std::string& name) const {
  return guarded([&] { return detail::require_venv(*place_, name); });
}

CreatedVenv Venvs::create(const std::string& name, Inherit inherit) const {
  return guarded([&] { return detail::create_venv(*place_, name, inherit); });
}

VenvLease Venvs::lease(const std::string& name, const VenvControl& control) const {
  return guarded([&] {
    auto state = std::make_unique<VenvLease::State>();
    state->directory = place_->directory;
    state->name = name;
    state->lock = lock_to_run(*place_, name, control);
    detail::require_venv(*place_, name);  // while it waited, somebody may have removed it
    return VenvLease(std::move(state));
  });
}

VenvCommand Venvs::command(const Venv& venv, const std::vector<std::string>& arguments) const {
  return guarded([&] { return detail::venv_command(venv, arguments); });
}

VenvInstalled Venvs::install(const std::string& name, const std::vector<VenvStep>& steps,
                             const VenvInstallOptions& options, const VenvControl& control) const {
  return guarded([&] { return detail::install_in_venv(*place_, name, steps, options, control); });
}

std::vector<VenvPackage> Venvs::packages(const Venv& venv) const {
  return guarded([&] { return detail::packages_of(venv); });
}

bool Venvs::remove(const std::string& name, const VenvControl& control) const {
  return guarded([&] { return detail::remove_venv(place_->directory, name, control); });
}

VenvRepaired Venvs::repair(const std::string& name, const VenvControl& control) const {
  return guarded([&] { return detail::repair_venv(*place_, name, control); });
}

VenvAdopted Venvs::adopt(const std::string& old_key, const VenvControl& control) const {
  return guarded([&] { return detail::adopt_venvs(*place_, old_key, control); });
}

std::vector<ListedVenv> Venvs::list(bool all_apps) const {
  const std::string folder = all_apps ? "" : detail::folder_name(place_->app.name);
  return guarded([&] { return detail::list_venvs(place_->data_home, folder); });
}

VenvPruned Venvs::prune(std::optional<int> older_than_days, bool is_dry_run, const VenvControl& control) const {
  return guarded([&] { return detail::prune_venvs(place_->data_home, older_than_days, is_dry_run, control); });
}

}  // namespace pyembed
