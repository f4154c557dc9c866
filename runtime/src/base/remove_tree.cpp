#include "files.hpp"

#include <chrono>
#include <system_error>
#include <thread>

namespace pyembed::detail {

namespace {

// Out of a folder that is read-only nothing can be removed.
void open_folders(const std::string& path) {
  std::error_code error;
  fs::permissions(native(path), fs::perms::owner_all, error);
  fs::recursive_directory_iterator entry(native(path), error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code refused;
    if (!entry->is_symlink(refused) && entry->is_directory(refused)) {
      fs::permissions(entry->path(), fs::perms::owner_all, refused);
    }
  }
}

}  // namespace

void remove_tree(const std::string& path) {
  std::error_code error;
  // Somebody that died may have left a child that still writes.
  for (int attempt = 0; attempt < 4; ++attempt) {
    if (attempt > 0) std::this_thread::sleep_for(std::chrono::milliseconds(50 << attempt));
    fs::remove_all(native(path), error);
    const bool is_gone = error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
    if (!error || is_gone) return;
    if (error == std::errc::permission_denied) open_folders(path);
  }
  throw fs::filesystem_error("pyembed: cannot remove", native(path), error);
}

}  // namespace pyembed::detail
