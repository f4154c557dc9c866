#include "files.hpp"

#include <pyembed/detail/paths.hpp>

#if !defined(_WIN32)
#include <sys/stat.h>

#include <cerrno>
#endif

namespace pyembed::detail {

namespace {

#if defined(_WIN32)
std::int64_t ticks(const FILETIME& time) {
  return static_cast<std::int64_t>(time.dwHighDateTime) << 32 | static_cast<std::int64_t>(time.dwLowDateTime);
}
#else
std::int64_t last_change(const struct stat& status) {
#if defined(__APPLE__)
  const timespec& time = status.st_mtimespec;
#else
  const timespec& time = status.st_mtim;
#endif
  return static_cast<std::int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}
#endif

}  // namespace

std::optional<std::int64_t> change_time(const std::string& path) {
#if defined(_WIN32)
  WIN32_FILE_ATTRIBUTE_DATA data;
  if (!GetFileAttributesExW(native(path).c_str(), GetFileExInfoStandard, &data)) return std::nullopt;
  return (ticks(data.ftLastWriteTime) - 116444736000000000) * 100;  // 100 ns since 1601
#else
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return last_change(status);
#endif
}

std::optional<std::string> stamp_file(const std::string& path) {
#if defined(_WIN32)
  WIN32_FILE_ATTRIBUTE_DATA data;
  if (GetFileAttributesExW(native(path).c_str(), GetFileExInfoStandard, &data)) {
    return std::to_string(ticks(data.ftCreationTime)) + " " + std::to_string(ticks(data.ftLastWriteTime));
  }
  if (GetLastError() == ERROR_FILE_NOT_FOUND || GetLastError() == ERROR_PATH_NOT_FOUND) return std::nullopt;
#else
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) {
    return std::to_string(status.st_ino) + " " + std::to_string(last_change(status));
  }
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
#endif
  throw_last_error("cannot look at", path);
}

void touch(const std::string& path) {
  std::error_code error;
  fs::last_write_time(native(path), fs::file_time_type::clock::now(), error);
}

}  // namespace pyembed::detail
