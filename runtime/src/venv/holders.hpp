// Who has the lock of an environment: files that only name (docs/venv-contract.md, Locks).
#pragma once

#include <pyembed/venv.hpp>

#include <map>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace pyembed::detail {

// What a lock is held for; Run is shared, the others are exclusive and come to an end. Lend: who runs in the
// environment has its own lock set aside, for an installation of its own.
enum class Purpose { Create, Install, Remove, Repair, Adopt, Relink, Run, Lend };
const char* purpose_name(Purpose purpose);

struct HolderFile {
  std::string path;
  std::optional<VenvHolder> holder;  // nothing when it cannot be read (yet)
  bool is_dead = false;              // its process was here and is not any more
  bool is_stopped = false;           // nobody knows when it goes on
};

std::string own_holder(Purpose purpose);
// Returns the path of the file.
std::string write_holder(const std::string& directory, const std::string& name, Purpose purpose);
HolderFile read_holder(const std::string& path);
std::vector<HolderFile> read_holders(const std::string& directory, const std::string& name);
// Whether it is to be waited for although the lock is free.
bool is_lending(const HolderFile& file);
// Removes what dead processes left. With an exclusive lock nobody else has one, so all others are dead.
void remove_holders(const std::vector<HolderFile>& others, bool is_exclusive);

std::string describe_holder(const HolderFile& file);

// Other processes of this user that have a file open, such as the lock that a program left to what it started. Linux
// only: elsewhere none are found.
std::vector<VenvHolder> find_openers(const std::string& path);

// Tells holders that died from those that live, by watching their files: one whose process is not here any more is
// dead; and one of this host, before it was started anew, whose time does not change. Of another host none ever is.
class HolderWatch {
 public:
  bool is_alive(const HolderFile& file);

 private:
  struct Seen {
    std::int64_t time;
    std::chrono::steady_clock::time_point since;
  };
  std::map<std::string, Seen> seen_;
};

}  // namespace pyembed::detail
