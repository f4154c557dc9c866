#if !defined(_WIN32)
#include "file_lock.hpp"
#include "files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace pyembed::detail {

namespace {

// A shared lock also of a file that may only be read.
int open_to_lock(const std::string& path, bool is_shared) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor >= 0 || !is_shared || (errno != EACCES && errno != EROFS)) return descriptor;
  return ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
}

// Whose last holder removed it, a lock on that means nothing.
bool is_same_file(int descriptor, const std::string& path) {
  struct stat held {}, found {};
  return ::fstat(descriptor, &held) == 0 && ::stat(path.c_str(), &found) == 0 && held.st_dev == found.st_dev &&
         held.st_ino == found.st_ino;
}

}  // namespace

LockAttempt FileLock::try_lock(const std::string& path, bool is_shared) {
  release();
  for (;;) {
    const int descriptor = open_to_lock(path, is_shared);
    if (descriptor < 0) throw_last_error("cannot open", path);
    handle_ = descriptor;
    int result = 0;
    do {
      result = ::flock(descriptor, (is_shared ? LOCK_SH : LOCK_EX) | LOCK_NB);
    } while (result != 0 && errno == EINTR);
    if (result != 0) {
      const bool is_held = errno == EWOULDBLOCK;
      release();
      return is_held ? LockAttempt::Held : LockAttempt::Unsupported;
    }
    if (is_same_file(descriptor, path)) return LockAttempt::Got;
    release();
  }
}

void FileLock::release() noexcept {
  // A child that was forked and has not begun another program yet has it too.
  if (handle_ != none) ::flock(static_cast<int>(handle_), LOCK_UN);
  if (handle_ != none) ::close(static_cast<int>(handle_));
  handle_ = none;
}

}  // namespace pyembed::detail
#endif
