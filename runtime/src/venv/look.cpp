#include "look.hpp"

#include "../base/files.hpp"
#include "layout.hpp"

#include <algorithm>

namespace pyembed::detail {

namespace {

// What a dead process began to replace; or, on Windows, what waits for those that run in it to end.
bool has_unfinished(const AppPlace& place, const std::string& name) {
  const auto has = [&](const char* suffix) { return exists(venv_path(place.directory, "." + name + suffix)); };
  return has(".next") || (has(".old") && !is_there(venv_path(place.directory, name)));
}

// Not by what the base is, which may be put right without the user.
std::string why_broken(const std::string& path, const VenvRecord& record) {
  const std::string cfg = read_file(at(path, "pyvenv.cfg")).value_or("");
  if (read_cfg(cfg, "home").value_or("").empty()) return "it has no valid pyvenv.cfg";
  const Layout layout = layout_of(record);
  if (!is_there(at(path, layout.python))) return "it has no '" + layout.python + "'";
  for (const std::string& folder : layout.folders) {
    if (!is_own_directory(at(path, folder))) return "its '" + folder + "' is missing or no folder";
  }
  return "";
}

// Whether Python sees what the record says; not so when somebody died while both were changed.
bool is_as_recorded(const std::string& path, const VenvRecord& record) {
  const std::string cfg = read_file(at(path, "pyvenv.cfg")).value_or("");
  const std::string expected = format_cfg({record.base.executable, record.base.version, record.inherit, "", ""});
  return read_cfg(cfg, "home") == read_cfg(expected, "home") &&
         read_cfg(cfg, "include-system-site-packages") == read_cfg(expected, "include-system-site-packages");
}

// Whether a folder holds no file but those that pyembed itself makes: a loss of power may leave one without a valid
// record, which may be made anew. What holds more is somebody's.
bool is_bare(const AppPlace& place, const std::string& path) {
  const Layout own = layout(host_system, place.app.abi, place.base.executable);
  std::vector<std::string> files{"pyvenv.cfg", record_name, own.site_packages + "/" + pip_shim_path};
  for (const auto& link : own.links) files.push_back(link.first);
  for (const auto& copy : own.copies) files.push_back(copy.first);
  const fs::path root = native(path);
  try {
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
      if (entry.is_directory() && !entry.is_symlink()) continue;
      const fs::path file = entry.path().lexically_relative(root);
      if (std::find(files.begin(), files.end(), file.generic_u8string()) == files.end()) return false;
    }
  } catch (const fs::filesystem_error& error) {
    // Whoever removes one takes its name away first.
    if (error.code() != std::errc::no_such_file_or_directory) throw;
  }
  return true;
}

bool is_same_base(const VenvBase& base, const AppPlace& place) {
  return base.executable == place.base.executable && base.version == place.base.version && exists(base.executable);
}

// Not there: is it there for another Python of this application, or where the application was before?
Found look_elsewhere(const AppPlace& place, const std::string& name) {
  Found found;
  std::vector<OtherKey> others;
  for (OtherKey& other : other_keys(place)) {
    if (is_there(venv_path(other.directory, name))) others.push_back(std::move(other));
  }
  for (const OtherKey& other : others) {
    if (!other.app || other.app->identity != place.app.identity) continue;
    ParsedRecord parsed = read_record(other.directory, name);
    if (parsed.verdict != Verdict::Valid) continue;
    found.state = FoundState::NeedsRebuild;
    found.key = other.key;
    found.record = std::move(parsed.record);
    return found;
  }
  if (!place.app.id.empty()) return found;
  for (const OtherKey& other : others) {
    if (!other.app || other.app->abi != place.app.abi || !is_gone(*other.app)) continue;
    found.state = FoundState::AppMoved;
    found.key = other.key;
    found.was_at = other.app->path;
    return found;
  }
  return found;
}

Found look_into(const AppPlace& place, const std::string& name, const std::string& path) {
  Found found;
  if (!is_own_directory(path)) {
    found.state = FoundState::Broken;
    found.reason = why_none(path);
    return found;
  }
  ParsedRecord parsed = read_record(place.directory, name);
  if (parsed.verdict == Verdict::Newer) found.state = FoundState::Newer;
  if (parsed.verdict == Verdict::Damaged && !is_bare(place, path)) {
    found.state = FoundState::Broken;
    found.reason = "it has no valid record, and holds more than pyembed made";
  }
  if (parsed.verdict != Verdict::Valid) return found;
  found.record = std::move(parsed.record);
  if (found.record.abi != place.app.abi) {
    found.state = FoundState::NeedsRebuild;
    found.key = place.key;
    return found;
  }
  found.reason = why_broken(path, found.record);
  if (!found.reason.empty()) {
    found.state = FoundState::Broken;
    return found;
  }
  found.venv = describe_venv(place.directory, name, found.record);
  const bool is_recorded = is_as_recorded(path, found.record);
  const bool is_ready = is_recorded && is_same_base(found.record.base, place);
  found.state = is_ready ? FoundState::Ready : FoundState::Stale;
  found.is_usable = is_recorded && exists(found.record.base.executable);
  return found;
}

// Of what has no valid record: what was made for Python can be removed as an environment.
std::string stranger_hint(const AppPlace& place, const std::string& name) {
  return is_environment(venv_path(place.directory, name))
             ? ". Move what is to be kept to another place, then remove it, which deletes all that is in it."
             : foreign_hint;
}

}  // namespace

Found look_at(const AppPlace& place, const std::string& name) {
  if (!has_unfinished(place, name)) return look_in_place(place, name);
  Found found;
  found.state = FoundState::Unfinished;
  return found;
}

Found look_in_place(const AppPlace& place, const std::string& name) {
  constexpr int attempts = 50;
  const std::string path = venv_path(place.directory, name);
  for (int attempt = 1;; ++attempt) {
    const std::optional<std::string> before = stamp_file(path);
    Found found = before ? look_into(place, name, path) : look_elsewhere(place, name);
    // What was removed or made between two system calls is no damage: that is told of one and the same folder only.
    if (found.state == FoundState::Ready || attempt == attempts || stamp_file(path) == before) return found;
  }
}

std::string why_none(const std::string& path) {
  return fs::is_symlink(native(path)) ? "it is a link to '" + text_of(fs::read_symlink(native(path))) + "'"
                                      : "it is no folder, and nothing that pyembed made";
}

bool is_environment(const std::string& path) {
  if (!is_own_directory(path)) return false;
  if (exists(at(path, "pyvenv.cfg")) || exists(at(path, record_name))) return true;
  const auto is_folder = [](const fs::directory_entry& entry) { return entry.is_directory() && !entry.is_symlink(); };
  const fs::recursive_directory_iterator entries(native(path));
  return std::all_of(begin(entries), end(entries), is_folder);
}

ParsedRecord read_record(const std::string& directory, const std::string& folder) {
  const std::optional<std::string> text = read_file(at(venv_path(directory, folder), record_name));
  ParsedRecord parsed = text ? parse_record(*text) : ParsedRecord{};
  if (parsed.verdict == Verdict::Valid) parsed.record.name = folder;
  return parsed;
}

Venv describe_venv(const std::string& directory, const std::string& name, const VenvRecord& record) {
  const std::string path = venv_path(directory, name);
  return {name, native(path), native(at(path, layout_of(record).python)), record};
}

VenvError state_error(const AppPlace& place, const std::string& name, const Found& found) {
  const std::string start = "pyembed: '" + name + "' ";
  switch (found.state) {
    case FoundState::NeedsRebuild:
      return {"PYEMBED_VENV_NEEDS_REBUILD", start + "is for Python ABI '" + found.record.abi +
              (found.key == place.key ? "'" : "' (in '" + found.key + "')") + ", and the application has '" +
              place.app.abi + "'. Repair it, to make it anew from what was installed in it."};
    case FoundState::AppMoved:
      return {"PYEMBED_VENV_APP_MOVED", start + "is of an application '" + place.app.name + "' that was at '" +
              found.was_at + "' and is gone from there. If it is this one, adopt '" + found.key + "'."};
    case FoundState::Broken:
      return {"PYEMBED_VENV_BROKEN", start + "is broken: " + found.reason +
              (found.record.name.empty() ? stranger_hint(place, name) : ". Repair it.")};
    case FoundState::Newer:
      return {"PYEMBED_VENV_NEWER", start + "was made by a newer pyembed. Update the application."};
    case FoundState::Stale:
      return {"PYEMBED_VENV_BROKEN", start + "is based on '" + found.record.base.executable +
              "', which is gone, and is in use. End what runs in it, then try again."};
    default:
      return {"PYEMBED_VENV_NOT_FOUND",
              "pyembed: there is no '" + name + "' in '" + place.directory + "'. Create it."};
  }
}

}  // namespace pyembed::detail
