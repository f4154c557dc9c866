// The lease of a process that runs an interpreter in an environment.
#pragma once

#include "lock.hpp"

#include <pyembed/venv.hpp>

namespace pyembed {

struct VenvLease::State {
  std::string directory;
  std::string name;
  detail::VenvLock lock;
};

namespace detail {

// Gives the lock of a lease away for as long as it lives, then takes it again.
class LentLease {
 public:
  explicit LentLease(VenvLease* lease) : lease_(lease) {
    if (lease_) lease_->state().lock.release();
  }
  ~LentLease() {
    if (!lease_) return;
    VenvLease::State& state = lease_->state();
    try {
      state.lock = VenvLock::wait(state.directory, state.name, Purpose::Run, {});
    } catch (...) {
      // Somebody else has the environment to itself: is_held() tells.
    }
  }
  LentLease(const LentLease&) = delete;
  LentLease& operator=(const LentLease&) = delete;

 private:
  VenvLease* lease_;
};

}  // namespace detail

}  // namespace pyembed
