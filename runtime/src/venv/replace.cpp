#include "replace.hpp"

#include "../base/files.hpp"
#include "../base/temporary.hpp"
#include "layout.hpp"
#include "pip.hpp"
#include "record.hpp"
#include "recover.hpp"
#include "shebangs.hpp"
#include "steps.hpp"

namespace pyembed::detail {

namespace {

void copy_one(const fs::path& from, const fs::path& to, bool is_link) {
  if (is_link) {
    std::error_code error;
    fs::create_hard_link(from, to, error);
    if (!error) return;
  }
  fs::copy_file(from, to);
}

// Folders stay closed to whom they were.
void copy_folder(const fs::path& from, const fs::path& to, bool is_top) {
  fs::create_directory(to);
  fs::permissions(to, fs::perms::owner_all);
  for (const fs::directory_entry& entry : fs::directory_iterator(from)) {
    const fs::path target = to / entry.path().filename();
    if (entry.is_symlink()) {
      fs::create_symlink(fs::read_symlink(entry.path()), target);
    } else if (entry.is_directory()) {
      copy_folder(entry.path(), target, false);
    } else if (entry.is_regular_file()) {
      copy_one(entry.path(), target, !is_top);
    }
  }
  // The owner has to be able to fill and remove it.
  fs::permissions(to, fs::status(from).permissions() | fs::perms::owner_all);
}

void finish_stage(const std::string& stage, const Replacement& replacement) {
  VenvRecord record = replacement.record;
  for (const VenvStep& step : replacement.steps) record.steps.push_back(without_secrets(step));
  const Layout layout = layout_of(record);
  const std::string site_packages = at(stage, layout.site_packages);
  relative_shebangs(stage, at(stage, layout.scripts), site_packages);
  record.size_bytes = disk_use(stage);
  record.size_stamp = std::to_string(change_time(site_packages).value_or(0));
  write_atomic(at(stage, record_name), format_record(record));
}

}  // namespace

bool replace_venv(const AppPlace& place, const Replacement& replacement, const VenvControl& control) {
  const std::string& name = replacement.record.name;
  const std::string stage = stage_path(place.directory, name);
  const std::string site_packages = at(venv_path(place.directory, name), layout_of(replacement.record).site_packages);
  const std::optional<std::int64_t> before = change_time(site_packages);
  try {
    replacement.make(stage);
    run_steps(place, {stage, stage_path(place.directory, name), replacement.lock}, replacement.record,
              replacement.steps, replacement.is_offline, control);
    finish_stage(stage, replacement);
    sync_file_system(stage);
    // pip by hand knows no lock.
    if (change_time(site_packages) != before) {
      throw VenvInUse("pyembed: '" + name + "' is in use: something else was installed into it meanwhile. Install "
                      "again, when that is done.", {});
    }
    rename(stage, venv_path(place.directory, "." + name + ".next"));
  } catch (...) {
    remove_tree(stage);
    throw;
  }
  try {
    put_in_place(place.directory, name);
    return true;
  } catch (const fs::filesystem_error& error) {
    const bool is_in_use = error.code() == std::errc::permission_denied ||
                           error.code() == std::errc::device_or_resource_busy;
    if (host_system == System::Windows && is_in_use) return false;
    throw;
  }
}

void copy_tree(const std::string& from, const std::string& to) { copy_folder(native(from), native(to), true); }

}  // namespace pyembed::detail
