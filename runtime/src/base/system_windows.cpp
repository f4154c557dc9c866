#if defined(_WIN32)
#include "system.hpp"

#include <pyembed/detail/paths.hpp>

#include <userenv.h>

#include <array>
#include <vector>

namespace pyembed::detail {

Variables environment() {
  Variables variables;
  wchar_t* const block = GetEnvironmentStringsW();
  if (!block) return variables;
  for (const wchar_t* entry = block; *entry; entry += std::wstring(entry).size() + 1) {
    const std::string text = to_utf8(fs::path(entry));
    const std::size_t equals = text.find('=', 1);  // "=C:=C:\folder" is a variable of cmd
    if (equals != std::string::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  FreeEnvironmentStringsW(block);
  return variables;
}

std::optional<std::string> home_of_user() {
  HANDLE token = nullptr;
  if (!OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token)) return std::nullopt;
  DWORD size = 0;
  GetUserProfileDirectoryW(token, nullptr, &size);
  std::vector<wchar_t> buffer(size + 1, L'\0');
  const bool is_known = size > 0 && GetUserProfileDirectoryW(token, buffer.data(), &size);
  CloseHandle(token);
  if (!is_known) return std::nullopt;
  return to_utf8(fs::path(buffer.data()));
}

Here here() {
  std::array<wchar_t, 256> host{};
  DWORD size = host.size();
  Here here;
  if (GetComputerNameExW(ComputerNameDnsHostname, host.data(), &size)) here.host = to_utf8(fs::path(host.data()));
  return here;
}

std::int64_t process_id() { return GetCurrentProcessId(); }

bool is_alive(std::int64_t pid) {
  HANDLE process = OpenProcess(SYNCHRONIZE, FALSE, static_cast<DWORD>(pid));
  if (!process) return GetLastError() == ERROR_ACCESS_DENIED;
  const bool runs = WaitForSingleObject(process, 0) == WAIT_TIMEOUT;
  CloseHandle(process);
  return runs;
}

bool is_suspended(std::int64_t) { return false; }

}  // namespace pyembed::detail
#endif
