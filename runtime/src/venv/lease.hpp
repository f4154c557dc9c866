// The lease of a process that runs an interpreter in an environment.
#pragma once

#include "../base/files.hpp"
#include "lock.hpp"

#include <pyembed/venv.hpp>

namespace pyembed {

struct VenvLease::State {
  std::string directory;
  std::string name;
  detail::VenvLock lock;
};

namespace detail {

// Gives the lock of a lease away for as long as it lives, then takes it again. Meanwhile a file keeps others waiting.
class LentLease {
 public:
  // Throws VenvError when it is not a lease of this environment.
  LentLease(VenvLease* lease, const std::string& directory, const std::string& name) : lease_(lease) {
    if (!lease_) return;
    if (!lease_->is_held() || lease_->state().directory != directory || lease_->state().name != name) {
      throw VenvError("PYEMBED_USAGE", "pyembed: the lease is not held, or not of '" + name + "'. Lend it its own.");
    }
    file_ = write_holder(directory, name, Purpose::Lend);
    lease_->state().lock.release();
  }

  ~LentLease() {
    if (!lease_) return;
    VenvLease::State& state = lease_->state();
    try {
      state.lock = VenvLock::wait(state.directory, state.name, Purpose::Run, {});
      remove_file(file_);
    } catch (...) {
      // is_held() tells.
    }
  }

  LentLease(const LentLease&) = delete;
  LentLease& operator=(const LentLease&) = delete;

  const std::string& file() const { return file_; }

 private:
  VenvLease* lease_;
  std::string file_;
};

}  // namespace detail

}  // namespace pyembed
