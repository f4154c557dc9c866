#include "lock.hpp"

#include "../base/files.hpp"
#include "../base/system.hpp"
#include "../base/text.hpp"
#include "place.hpp"

#include <algorithm>
#include <thread>

namespace pyembed::detail {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

// An interpreter may run for hours; what another process does to an environment comes to an end.
constexpr milliseconds patience{2000};
constexpr milliseconds poll{5};
constexpr milliseconds longest_poll{200};

std::vector<HolderFile> holders_of(const std::string& directory, const std::string& name) {
  std::vector<HolderFile> holders = read_holders(directory, name);
  const HolderFile lease = read_holder(venv_path(directory, "." + name + ".lease"));
  // The one who has the lease has a file of its own too; who died while it was made has not.
  if (holders.empty() && exists(lease.path)) holders.push_back(lease);
  return holders;
}

std::string name_all(const std::vector<HolderFile>& files) {
  std::vector<std::string> names;
  for (const HolderFile& file : files) names.push_back(describe_holder(file));
  return names.empty() ? "another process" : join(names, ", ");
}

// Whether all of them are at something that ends, as far as they tell.
bool comes_to_an_end(const std::vector<HolderFile>& files) {
  const std::string host = here().host;
  return !files.empty() && std::none_of(files.begin(), files.end(), [&](const HolderFile& file) {
    return file.holder && (file.holder->purpose == "run" || file.holder->host != host || file.is_stopped);
  });
}

// `waited` is since somebody was seen last who does something that ends.
void require_patience(const std::string& directory, const std::string& name, const std::vector<HolderFile>& files,
                      Clock::duration waited) {
  // Who got the lock just now has no file yet.
  if (waited <= (files.empty() ? 5 * patience : patience)) return;
  const auto is_elsewhere = [](const HolderFile& file) { return file.holder && !file.holder->is_here; };
  std::vector<VenvHolder> holders;
  for (const HolderFile& file : files) {
    if (file.holder) holders.push_back(*file.holder);
  }
  std::string who = name_all(files);
  if (files.empty()) {
    // What a program that is gone started in the background has its lock, and no file.
    holders = find_openers(lock_path(directory, name));
    std::vector<std::string> names;
    for (const VenvHolder& opener : holders) {
      names.push_back("'" + opener.program + "' (process " + std::to_string(opener.pid) + ")");
    }
    if (!names.empty()) who = join(names, ", ");
  }
  const auto elsewhere = std::find_if(files.begin(), files.end(), is_elsewhere);
  throw VenvInUse("pyembed: '" + name + "' is in use by " + who + ". End that program" +
                      (elsewhere == files.end()
                           ? "."
                           : " on that host; if it is certain that it is gone, remove '" + elsewhere->path + "'."),
                  std::move(holders));
}

}  // namespace

std::string lock_path(const std::string& directory, const std::string& name) {
  return venv_path(directory, "." + name + ".lock");
}

void VenvLock::release() noexcept {
  try {
    if (!holder_.empty()) remove_file(holder_);
  } catch (const fs::filesystem_error&) {
    // It only names; the next one with the lock removes it.
  }
  holder_.clear();
  files_.reset();
  file_.release();
}

std::optional<VenvLock> VenvLock::try_once(const std::string& directory, const std::string& name, Purpose purpose,
                                           HolderWatch& watch, const std::string& lent) {
  const bool is_shared = purpose == Purpose::Run;
  for (;;) {
    if (!is_shared && !is_directory(directory)) make_directories(directory);
    try {
      VenvLock lock;
      const LockAttempt attempt = lock.file_.try_lock(lock_path(directory, name), is_shared);
      if (attempt == LockAttempt::Held) return std::nullopt;
      if (attempt == LockAttempt::Unsupported) {
        lock.files_ = LockFiles::try_lock(directory, name, purpose, watch, lent);
        if (!lock.files_) return std::nullopt;
        return lock;
      }
      const std::vector<HolderFile> others = read_holders(directory, name);
      for (const HolderFile& file : others) {
        if (!is_shared && is_lending(file) && file.path != lent) return std::nullopt;
      }
      try {
        lock.holder_ = write_holder(directory, name, purpose);
        remove_holders(others, !is_shared);
      } catch (const fs::filesystem_error& error) {
        // It only names: in a folder that may only be read, and on a full disk, one goes without.
        if (error.code() == std::errc::no_such_file_or_directory) throw;
      }
      return lock;
    } catch (const fs::filesystem_error& error) {
      // Who removed the last environment of an application removed the folder too.
      if (is_shared || error.code() != std::errc::no_such_file_or_directory) throw;
    }
  }
}

VenvLock VenvLock::wait(const std::string& directory, const std::string& name, Purpose purpose,
                        const VenvControl& control, const std::string& lent) {
  return std::move(*wait_while(directory, name, purpose, control, lent, [] { return true; }));
}

std::optional<VenvLock> VenvLock::wait_while(const std::string& directory, const std::string& name, Purpose purpose,
                                             const VenvControl& control, const std::string& lent,
                                             const std::function<bool()>& is_needed) {
  HolderWatch watch;
  const Clock::time_point start = Clock::now();
  Clock::time_point last_ending = start;
  bool is_told = false;
  for (milliseconds pause = poll;; pause = std::min(pause * 3 / 2, longest_poll)) {
    if (std::optional<VenvLock> lock = try_once(directory, name, purpose, watch, lent)) return lock;
    if (!is_needed()) return std::nullopt;
    const Clock::time_point now = Clock::now();
    std::vector<HolderFile> holders = holders_of(directory, name);
    const auto is_dead = [](const HolderFile& file) { return file.is_dead; };
    holders.erase(std::remove_if(holders.begin(), holders.end(), is_dead), holders.end());
    // Who opens one does not wait for what may take minutes.
    if (purpose != Purpose::Relink && comes_to_an_end(holders)) {
      last_ending = now;
    } else {
      require_patience(directory, name, holders, now - last_ending);
    }
    if (now - start > patience / 2 && !is_told && control.progress) {
      is_told = true;
      control.progress("Waiting for " + name_all(holders) + ", which uses '" + name + "'");
    }
    if (control.is_cancelled && control.is_cancelled()) throw VenvCancelled();
    std::this_thread::sleep_for(pause);
  }
}

}  // namespace pyembed::detail
