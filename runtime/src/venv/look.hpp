// What is found under the name of an environment (docs/venv-contract.md, States). Only reads.
#pragma once

#include "place.hpp"
#include "record.hpp"

#include <string>

namespace pyembed::detail {

enum class FoundState {
  Ready, Missing, NeedsRebuild, AppMoved, Broken, Newer,
  Unfinished,  // what a process that died left has to be put right first
  Stale        // the application's base has to be put in
};

struct Found {
  FoundState state = FoundState::Missing;
  Venv venv;           // Ready, Stale
  VenvRecord record;   // NeedsRebuild, Broken; without a name: nothing that pyembed made, which is left alone
  std::string key;     // NeedsRebuild, AppMoved
  std::string was_at;  // AppMoved
  std::string reason;  // Broken
  bool is_usable = false;  // Stale: its own base is there
};

Found look_at(const AppPlace& place, const std::string& name);
// As above, whatever else waits to take its place.
Found look_in_place(const AppPlace& place, const std::string& name);

// What a folder is called counts: folders are copied and renamed.
// What something is that is no folder.
std::string why_none(const std::string& path);
// Whether it may be removed: what pyembed or another made for Python, or an empty folder; else it is somebody's.
bool is_environment(const std::string& path);
// Of what is somebody's and in the way.
constexpr const char* foreign_hint = ". Move it to another place, or remove it by hand.";

ParsedRecord read_record(const std::string& directory, const std::string& folder);
Venv describe_venv(const std::string& directory, const std::string& name, const VenvRecord& record);

// What stands in the way of using an environment, with what to do.
VenvError state_error(const AppPlace& place, const std::string& name, const Found& found);

}  // namespace pyembed::detail
