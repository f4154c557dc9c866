#include "files.hpp"

#include <pyembed/detail/paths.hpp>

#if !defined(_WIN32)
#include <sys/stat.h>
#endif

namespace pyembed::detail {

std::optional<std::int64_t> change_time(const std::string& path) {
#if defined(_WIN32)
  WIN32_FILE_ATTRIBUTE_DATA data;
  if (!GetFileAttributesExW(native(path).c_str(), GetFileExInfoStandard, &data)) return std::nullopt;
  const std::int64_t ticks = static_cast<std::int64_t>(data.ftLastWriteTime.dwHighDateTime) << 32 |
                             static_cast<std::int64_t>(data.ftLastWriteTime.dwLowDateTime);
  return (ticks - 116444736000000000) * 100;  // 100 ns since 1601
#else
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return std::nullopt;
#if defined(__APPLE__)
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
#endif
}

void touch(const std::string& path) {
  std::error_code error;
  fs::last_write_time(native(path), fs::file_time_type::clock::now(), error);
}

}  // namespace pyembed::detail
