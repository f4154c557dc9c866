// The lock of an environment; the system's, or files where the file system has none.
#pragma once

#include "../base/file_lock.hpp"
#include "holders.hpp"
#include "lock_files.hpp"

#include <pyembed/venv.hpp>

#include <functional>
#include <optional>
#include <string>

namespace pyembed::detail {

class VenvLock {
 public:
  VenvLock() = default;
  ~VenvLock() { release(); }
  VenvLock(VenvLock&&) = default;
  VenvLock& operator=(VenvLock&&) = default;

  // The lock if it is free, else nothing, at once. `lent`: the file that says that this process has lent its own.
  static std::optional<VenvLock> try_once(const std::string& directory, const std::string& name, Purpose purpose,
                                          HolderWatch& watch, const std::string& lent = "");
  // Waits for what others do to it. Throws VenvInUse, which names them, when an interpreter runs in it, or when they
  // are on another host; VenvCancelled.
  static VenvLock wait(const std::string& directory, const std::string& name, Purpose purpose,
                       const VenvControl& control, const std::string& lent = "");
  // Waits as long as it is needed: somebody else may do what it is for.
  static std::optional<VenvLock> wait_while(const std::string& directory, const std::string& name, Purpose purpose,
                                            const VenvControl& control, const std::string& lent,
                                            const std::function<bool()>& is_needed);

  void release() noexcept;
  bool is_held() const { return file_.handle() != FileLock::none || files_; }
  // What a child has to inherit to keep it; FileLock::none where locks are files.
  std::intptr_t handle() const { return file_.handle(); }

 private:
  FileLock file_;
  std::optional<LockFiles> files_;
  std::string holder_;
};

std::string lock_path(const std::string& directory, const std::string& name);

}  // namespace pyembed::detail
