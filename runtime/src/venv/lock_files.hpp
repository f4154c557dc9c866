// Locks of files, for file systems without locks (docs/venv-contract.md).
#pragma once

#include "holders.hpp"

#include <memory>
#include <optional>
#include <string>

namespace pyembed::detail {

// Gives signs of life as long as it lives, then removes its files.
class LockFiles {
 public:
  // Nothing when another one has the lock.
  static std::optional<LockFiles> try_lock(const std::string& directory, const std::string& name, Purpose purpose,
                                           HolderWatch& watch, const std::string& lent);
  ~LockFiles();
  LockFiles(LockFiles&&) noexcept;
  LockFiles& operator=(LockFiles&&) noexcept;

 private:
  struct Beat;
  explicit LockFiles(std::vector<std::string> files);
  std::unique_ptr<Beat> beat_;
};

}  // namespace pyembed::detail
