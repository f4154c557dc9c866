#include "lock_files.hpp"

#include "../base/files.hpp"
#include "place.hpp"

#include <condition_variable>
#include <mutex>
#include <thread>

namespace pyembed::detail {

namespace {

constexpr std::chrono::seconds heartbeat{10};

// Whether a living process has the lease; that of a dead one is removed.
bool is_held(const std::string& lease, HolderWatch& watch) {
  if (!is_there(lease)) return false;
  if (watch.is_alive(read_holder(lease))) return true;
  remove_file(lease);
  return false;
}

}  // namespace

struct LockFiles::Beat {
  std::vector<std::string> files;
  std::mutex mutex;
  std::condition_variable ended;
  bool has_ended = false;
  std::thread thread;

  explicit Beat(std::vector<std::string> given) : files(std::move(given)) {
    thread = std::thread([this] {
      std::unique_lock<std::mutex> lock(mutex);
      while (!ended.wait_for(lock, heartbeat, [this] { return has_ended; })) {
        for (const std::string& file : files) touch(file);
      }
    });
  }

  ~Beat() {
    {
      const std::lock_guard<std::mutex> lock(mutex);
      has_ended = true;
    }
    ended.notify_all();
    thread.join();
    for (const std::string& file : files) {
      try {
        remove_file(file);
      } catch (const fs::filesystem_error&) {
        // Others find that its process is gone.
      }
    }
  }
};

LockFiles::LockFiles(std::vector<std::string> files) : beat_(std::make_unique<Beat>(std::move(files))) {}
LockFiles::~LockFiles() = default;
LockFiles::LockFiles(LockFiles&&) noexcept = default;
LockFiles& LockFiles::operator=(LockFiles&&) noexcept = default;

std::optional<LockFiles> LockFiles::try_lock(const std::string& directory, const std::string& name, Purpose purpose,
                                             HolderWatch& watch, const std::string& lent) {
  const std::string lease = venv_path(directory, "." + name + ".lease");
  if (purpose == Purpose::Run) {
    const std::string own = write_holder(directory, name, purpose);
    if (!is_held(lease, watch)) return LockFiles({own});
    remove_file(own);
    return std::nullopt;
  }
  if (is_held(lease, watch) || !write_new(lease, own_holder(purpose))) return std::nullopt;
  // Before it looks for others, and be it that two removed one dead lease and each made its own: one sees the other.
  const std::string own = write_holder(directory, name, purpose);
  bool is_alone = true;
  for (const HolderFile& file : read_holders(directory, name)) {
    if (file.path != own && file.path != lent && watch.is_alive(file)) is_alone = false;
  }
  if (is_alone) return LockFiles({lease, own});
  remove_file(own);
  remove_file(lease);
  return std::nullopt;
}

}  // namespace pyembed::detail
