#if defined(_WIN32)
#include "file_lock.hpp"
#include "files.hpp"

#include <pyembed/detail/paths.hpp>

namespace pyembed::detail {

// The file of a lock is never removed here: Windows does not remove what is open.
LockAttempt FileLock::try_lock(const std::string& path, bool is_shared) {
  release();
  const DWORD access = is_shared ? GENERIC_READ : GENERIC_READ | GENERIC_WRITE;
  const DWORD share = is_shared ? FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE : 0;
  HANDLE handle =
      CreateFileW(native(path).c_str(), access, share, nullptr, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, nullptr);
  if (handle == INVALID_HANDLE_VALUE) {
    if (GetLastError() == ERROR_SHARING_VIOLATION) return LockAttempt::Held;
    throw_last_error("cannot open", path);
  }
  handle_ = reinterpret_cast<std::intptr_t>(handle);
  return LockAttempt::Got;
}

void FileLock::release() noexcept {
  if (handle_ != none) CloseHandle(reinterpret_cast<HANDLE>(handle_));
  handle_ = none;
}

}  // namespace pyembed::detail
#endif
