// What is known of virtual environments, for venv.hpp. Text is UTF-8.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace pyembed {

namespace fs = std::filesystem;

// Whether an environment sees the packages of the application.
enum class Inherit { Base, None };

// The Python that an environment is based on; paths as text.
struct VenvBase {
  std::string executable;
  std::string prefix;
  std::string version;  // "3.14.6"
  std::string pin_id;   // empty when it is not known
};

struct VenvRequirementFile {
  std::string name;  // its path
  std::string text;
};

// Throws when it cannot be read.
VenvRequirementFile read_requirement_file(const fs::path& path);

// One run of pip, with what it is asked.
struct VenvStep {
  std::vector<std::string> requirements;
  std::vector<VenvRequirementFile> requirement_files;
  std::string index_url;  // empty: as pip is configured
  std::vector<std::string> extra_index_urls;
  std::vector<std::string> find_links;
  std::vector<std::string> options;  // other options of `pip install`
  bool require_hashes = false;
};

// pyembed-venv.json.
struct VenvRecord {
  std::string name;
  std::string abi;  // "cp314", "cp314t"
  Inherit inherit = Inherit::Base;
  VenvBase base;
  std::string created;          // "2026-11-21T12:00:00Z"
  std::vector<VenvStep> steps;  // what was installed, in order; addresses without user and password
  std::int64_t size_bytes = 0;  // of all files, when site-packages had the time `size_stamp`
  std::string size_stamp;       // nanoseconds; empty when it was not counted
};

// An environment that can be used.
struct Venv {
  std::string name;
  fs::path path;
  fs::path python;  // its interpreter
  VenvRecord record;
};

struct CreatedVenv {
  Venv venv;
  bool is_created = true;  // false when it was there
};

enum class VenvState {
  Ready,
  Missing,
  NeedsRebuild,  // for another minor version; `record` tells what was installed
  AppMoved,      // `key` and `was_at` tell of which application that is gone: adopt(key)
  Broken,        // `reason`; repair(name)
  Newer,         // made by a newer pyembed
};

struct OpenedVenv {
  VenvState state = VenvState::Missing;
  Venv venv;          // Ready
  VenvRecord record;  // NeedsRebuild, Broken
  std::string key;    // NeedsRebuild, AppMoved: where it is
  std::string was_at;  // AppMoved
  std::string reason;  // Broken
};

struct VenvPackage {
  std::string name;
  std::string version;
};

// As the CLI lists it.
enum class ListedState { Ready, BaseMissing, Broken, Newer, Foreign };

struct ListedVenv {
  std::string app;
  std::string app_path;  // empty when it is not known
  bool app_exists = false;
  std::string key;
  std::string name;
  fs::path path;
  fs::path python;
  ListedState state = ListedState::Ready;
  std::string abi;  // empty: foreign
  std::vector<VenvPackage> packages;
  std::int64_t size_bytes = 0;
  fs::file_time_type last_used;
};

}  // namespace pyembed
