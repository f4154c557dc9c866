#include "files.hpp"

#include <set>
#include <utility>

#if !defined(_WIN32)
#include <sys/stat.h>
#endif

namespace pyembed::detail {

std::int64_t disk_use(const std::string& path) {
  std::int64_t bytes = 0;
  std::error_code error;
#if !defined(_WIN32)
  std::set<std::pair<dev_t, ino_t>> seen;
#endif
  fs::recursive_directory_iterator entry(native(path), error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
#if defined(_WIN32)
    if (entry->is_symlink() || !entry->is_regular_file()) continue;
    bytes += static_cast<std::int64_t>(entry->file_size());
#else
    struct stat status {};
    if (::lstat(entry->path().c_str(), &status) != 0 || S_ISDIR(status.st_mode)) continue;
    if (status.st_nlink > 1 && !seen.emplace(status.st_dev, status.st_ino).second) continue;
    bytes += static_cast<std::int64_t>(status.st_size);
#endif
  }
  return bytes;
}

}  // namespace pyembed::detail
