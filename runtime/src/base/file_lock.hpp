// The system's lock on a file, as `pyembed venv` takes it: it goes with the process.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace pyembed::detail {

enum class LockAttempt { Got, Held, Unsupported };

class FileLock {
 public:
  FileLock() = default;
  ~FileLock() { release(); }
  FileLock(FileLock&& other) noexcept : handle_(other.handle_) { other.handle_ = none; }
  FileLock& operator=(FileLock&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }

  // Never waits. flock(2); on Windows a share mode of the open file. Throws when the file cannot be opened.
  LockAttempt try_lock(const std::string& path, bool is_shared);
  void release() noexcept;

  // What a child has to inherit to keep the lock; on Windows none can.
  std::intptr_t handle() const { return handle_; }
  static constexpr std::intptr_t none = -1;

 private:
  std::intptr_t handle_ = none;
};

}  // namespace pyembed::detail
