#include "files.hpp"

#include "system.hpp"
#include "text.hpp"

#include <pyembed/detail/paths.hpp>

#include <algorithm>
#include <chrono>
#include <thread>

#if defined(_WIN32)
#include <io.h>
#else
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#endif

namespace pyembed::detail {

namespace {

std::error_code last_error() {
#if defined(_WIN32)
  return {static_cast<int>(GetLastError()), std::system_category()};
#else
  return {errno, std::generic_category()};
#endif
}

bool is_missing(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

// What leads to no file, or to none that can be read as one.
bool is_no_file(const std::error_code& error) {
  return is_missing(error) || error == std::errc::is_a_directory ||
         error == std::errc::too_many_symbolic_link_levels || error == std::errc::filename_too_long;
}

#if defined(_WIN32)
using Handle = HANDLE;
const Handle no_handle = INVALID_HANDLE_VALUE;
void close_handle(Handle handle) { CloseHandle(handle); }
Handle open_new(const std::string& path) {
  return CreateFileW(native(path).c_str(), GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_DELETE, nullptr, CREATE_NEW,
                     FILE_ATTRIBUTE_NORMAL, nullptr);
}
Handle open_to_read(const std::string& path) {
  return CreateFileW(native(path).c_str(), GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                     nullptr, OPEN_EXISTING, FILE_FLAG_BACKUP_SEMANTICS, nullptr);
}
std::int64_t write_some(Handle handle, const char* data, std::size_t size) {
  DWORD written = 0;
  const auto part = static_cast<DWORD>(std::min<std::size_t>(size, 1 << 20));
  const bool is_written = WriteFile(handle, data, part, &written, nullptr);
  return is_written ? static_cast<std::int64_t>(written) : -1;
}
std::int64_t read_some(Handle handle, char* data, std::size_t size) {
  DWORD read = 0;
  return ReadFile(handle, data, static_cast<DWORD>(size), &read, nullptr) ? static_cast<std::int64_t>(read) : -1;
}
void sync(Handle handle) { FlushFileBuffers(handle); }
#else
using Handle = int;
const Handle no_handle = -1;
void close_handle(Handle handle) { ::close(handle); }
Handle open_new(const std::string& path) { return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666); }
Handle open_to_read(const std::string& path) { return ::open(path.c_str(), O_RDONLY | O_CLOEXEC); }
std::int64_t write_some(Handle handle, const char* data, std::size_t size) { return ::write(handle, data, size); }
std::int64_t read_some(Handle handle, char* data, std::size_t size) { return ::read(handle, data, size); }
void sync(Handle handle) { ::fsync(handle); }
#endif

struct Closed {
  Handle handle;
  ~Closed() { close_handle(handle); }
};

}  // namespace

fs::path native(const std::string& path) {
#if defined(_WIN32)
  if (path.size() > 240 && path.size() > 2 && path[1] == ':') {
    return from_utf8("\\\\?\\" + replace_all(path, "/", "\\"));
  }
#endif
  return from_utf8(path);
}

std::string text_of(const fs::path& path) { return to_utf8(path); }

void throw_last_error(const char* what, const std::string& path) {
  const std::error_code error = last_error();
  throw fs::filesystem_error(std::string("pyembed: ") + what, native(path), error);
}

bool exists(const std::string& path) {
  std::error_code error;
  return fs::exists(native(path), error);
}

bool is_there(const std::string& path) {
  std::error_code error;
  return fs::symlink_status(native(path), error).type() > fs::file_type::not_found;
}

bool is_same_file_system(const std::string& path, const std::string& other) {
#if defined(_WIN32)
  return native(canonical(path)).root_name() == native(canonical(other)).root_name();
#else
  struct stat one;
  struct stat two;
  return ::stat(path.c_str(), &one) == 0 && ::stat(other.c_str(), &two) == 0 && one.st_dev == two.st_dev;
#endif
}

bool is_own_directory(const std::string& path) {
  std::error_code error;
  return fs::symlink_status(native(path), error).type() == fs::file_type::directory;
}

bool is_directory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(native(path), error);
}

std::optional<std::string> read_file(const std::string& path) {
  std::error_code none;
  const fs::file_type type = fs::status(native(path), none).type();
  // A pipe would be waited for.
  if (type == fs::file_type::fifo || type == fs::file_type::directory) return "";
  const Handle handle = open_to_read(path);
  if (handle == no_handle) {
    if (is_no_file(last_error())) return std::nullopt;
    throw_last_error("cannot read", path);
  }
  const Closed closed{handle};
  std::string content;
  for (std::size_t size = 4096;; size *= 2) {
    const std::size_t before = content.size();
    content.resize(before + size);
    const std::int64_t read = read_some(handle, content.data() + before, size);
    if (read < 0) throw_last_error("cannot read", path);
    content.resize(before + static_cast<std::size_t>(read));
    if (read == 0) return content;
  }
}

std::optional<std::string> try_read_file(const std::string& path) {
  try {
    return read_file(path);
  } catch (const fs::filesystem_error&) {
    return std::nullopt;
  }
}

bool write_new(const std::string& path, std::string_view content, bool is_synced) {
  const Handle handle = open_new(path);
  if (handle == no_handle) {
    if (last_error() == std::errc::file_exists) return false;
    throw_last_error("cannot write", path);
  }
  const Closed closed{handle};
  while (!content.empty()) {
    const std::int64_t written = write_some(handle, content.data(), content.size());
    if (written < 0) throw_last_error("cannot write", path);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  if (is_synced) sync(handle);
  return true;
}

void remove_file(const std::string& path) {
  std::error_code error;
  fs::remove(native(path), error);
  if (error && !is_missing(error)) throw fs::filesystem_error("pyembed: cannot remove", native(path), error);
}

void rename(const std::string& from, const std::string& to) {
  for (int attempt = 0;; ++attempt) {
    std::error_code error;
    fs::rename(native(from), native(to), error);
    if (!error) return;
    const bool is_transient = host_system == System::Windows && error == std::errc::permission_denied && attempt < 8;
    if (!is_transient) throw fs::filesystem_error("pyembed: cannot rename", native(from), native(to), error);
    std::this_thread::sleep_for(std::chrono::milliseconds(1 << attempt));
  }
}

std::string canonical(const std::string& path) {
#if defined(_WIN32)
  const Handle handle = open_to_read(path);
  if (handle == no_handle) throw_last_error("cannot find", path);
  const Closed closed{handle};
  std::wstring buffer(32768, L'\0');
  const DWORD length = GetFinalPathNameByHandleW(handle, buffer.data(), static_cast<DWORD>(buffer.size()), 0);
  if (length == 0 || length >= buffer.size()) throw_last_error("cannot find", path);
  const std::string text = to_utf8(fs::path(buffer.substr(0, length)));
  const std::string_view share = "\\\\?\\UNC\\", plain = "\\\\?\\";
  if (starts_with(text, share)) return "\\\\" + text.substr(share.size());
  return starts_with(text, plain) ? text.substr(plain.size()) : text;
#else
  return text_of(fs::canonical(path));
#endif
}

std::vector<std::string> list_directory(const std::string& path) {
  std::error_code error;
  std::vector<std::string> names;
  fs::directory_iterator entry(native(path), error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    names.push_back(text_of(entry->path().filename()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

void make_directories(const std::string& path) { fs::create_directories(native(path)); }

void sync_file_system(const std::string& path) {
#if defined(__linux__)
  const Handle handle = open_to_read(path);
  if (handle == no_handle) throw_last_error("cannot open", path);
  const Closed closed{handle};
  if (syncfs(handle) != 0) throw_last_error("cannot write to the disk", path);
#else
  // The rename that follows is ordered after the data by the file system (APFS, NTFS journal).
  static_cast<void>(path);
#endif
}

}  // namespace pyembed::detail
