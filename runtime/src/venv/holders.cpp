#include "holders.hpp"

#include "../base/files.hpp"
#include "../base/json.hpp"
#include "../base/system.hpp"
#include "../base/text.hpp"
#include "place.hpp"

#include <pyembed/detail/paths.hpp>

#include <algorithm>
#include <array>

namespace pyembed::detail {

namespace {

constexpr std::chrono::seconds quiet_for_dead{60};

std::string program_name() { return text_of(executable_path().filename()); }

// The rest of a holder file's name: process id and eight hexadecimal digits.
bool is_holder_end(const std::string& text) {
  const std::size_t dash = text.find('-');
  return dash != std::string::npos && dash > 0 && text.find_first_not_of("0123456789") == dash &&
         text.size() - dash == 9 && text.find_first_not_of("0123456789abcdef", dash + 1) == std::string::npos;
}

std::string member(const Json& json, const char* name) {
  const Json* found = json.member(name);
  return found && found->text() ? *found->text() : "";
}

}  // namespace

const char* purpose_name(Purpose purpose) {
  static constexpr std::array names{"create", "install", "remove", "repair", "adopt", "relink", "run", "lend"};
  return names[static_cast<std::size_t>(purpose)];
}

std::string own_holder(Purpose purpose) {
  const Here place = here();
  return format_json_line(JsonObject{{"boot", place.boot},
                                     {"host", place.host},
                                     {"namespace", place.name_space},
                                     {"pid", static_cast<double>(process_id())},
                                     {"program", program_name()},
                                     {"purpose", purpose_name(purpose)}});
}

std::string write_holder(const std::string& directory, const std::string& name, Purpose purpose) {
  const std::string path = venv_path(
      directory, "." + name + ".held-" + std::to_string(process_id()) + "-" + random_hex(8));
  try {
    write_new(path, own_holder(purpose));
  } catch (...) {
    remove_file(path);
    throw;
  }
  return path;
}

HolderFile read_holder(const std::string& path) {
  HolderFile file{path, std::nullopt, false};
  const std::optional<std::string> text = try_read_file(path);
  const std::optional<Json> json = text ? parse_json(*text) : std::nullopt;
  const Json* pid = json ? json->member("pid") : nullptr;
  if (!pid || !pid->number() || *pid->number() < 1 || *pid->number() > 4294967295.0) return file;
  const Here place = here();
  VenvHolder holder;
  holder.program = member(*json, "program");
  holder.host = member(*json, "host");
  holder.purpose = member(*json, "purpose");
  holder.pid = static_cast<std::int64_t>(*pid->number());
  holder.is_here = holder.host == place.host && member(*json, "boot") == place.boot &&
                   member(*json, "namespace") == place.name_space;
  holder.file = path;
  file.is_dead = holder.is_here && !is_alive(holder.pid);
  file.is_stopped = holder.is_here && is_suspended(holder.pid);
  file.holder = std::move(holder);
  return file;
}

std::vector<HolderFile> read_holders(const std::string& directory, const std::string& name) {
  const std::string start = "." + name + ".held-";
  std::vector<HolderFile> files;
  for (const std::string& found : list_directory(directory)) {
    if (starts_with(found, start) && is_holder_end(found.substr(start.size()))) {
      files.push_back(read_holder(venv_path(directory, found)));
    }
  }
  return files;
}

void remove_holders(const std::vector<HolderFile>& others, bool is_exclusive) {
  for (const HolderFile& file : others) {
    if ((is_exclusive || file.is_dead) && !is_lending(file)) remove_file(file.path);
  }
}

bool is_lending(const HolderFile& file) { return file.holder && file.holder->purpose == "lend" && !file.is_dead; }

std::string describe_holder(const HolderFile& file) {
  if (!file.holder) return "a process that '" + file.path + "' does not tell";
  const VenvHolder& holder = *file.holder;
  return "'" + holder.program + "' (process " + std::to_string(holder.pid) +
         (holder.is_here ? "" : " on '" + holder.host + "'") + ", " + holder.purpose + (file.is_stopped ? ", stopped)" : ")");
}

std::vector<VenvHolder> find_openers(const std::string& path) {
  std::vector<VenvHolder> openers;
  if (host_system != System::Linux) return openers;
  std::error_code error;
  const fs::path file = fs::canonical(native(path), error);
  for (const std::string& name : list_directory("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos || name == std::to_string(process_id())) continue;
    const std::string folder = "/proc/" + name + "/fd";
    const std::vector<std::string> descriptors = list_directory(folder);
    const bool has_file = std::any_of(descriptors.begin(), descriptors.end(), [&](const std::string& descriptor) {
      return fs::read_symlink(native(at(folder, descriptor)), error) == file;
    });
    if (!has_file) continue;
    VenvHolder opener;
    opener.program = trim(try_read_file("/proc/" + name + "/comm").value_or(""));
    opener.pid = std::stoll(name);
    opener.is_here = true;
    openers.push_back(std::move(opener));
  }
  return openers;
}

bool HolderWatch::is_alive(const HolderFile& file) {
  if (file.is_dead) return false;
  const std::optional<std::int64_t> time = change_time(file.path);
  if (!time) return false;
  if (file.holder && file.holder->host != here().host) return true;
  const auto now = std::chrono::steady_clock::now();
  const auto known = seen_.find(file.path);
  if (known == seen_.end() || known->second.time != *time) {
    seen_[file.path] = {*time, now};
    return true;
  }
  return now - known->second.since < quiet_for_dead;
}

}  // namespace pyembed::detail
