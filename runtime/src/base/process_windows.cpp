#if defined(_WIN32)
#include "process.hpp"

#include <pyembed/detail/paths.hpp>

#include <array>
#include <system_error>

namespace pyembed::detail {

namespace {

std::system_error last_error(const std::string& what) {
  return {static_cast<int>(GetLastError()), std::system_category(), what};
}

struct OwnedHandle {
  HANDLE handle = nullptr;
  ~OwnedHandle() { close(); }
  void close() {
    if (handle) CloseHandle(handle);
    handle = nullptr;
  }
};

// As CommandLineToArgvW reads it.
std::string quote_argument(const std::string& argument) {
  if (!argument.empty() && argument.find_first_of(" \t\n\v\"") == std::string::npos) return argument;
  std::string text = "\"";
  std::size_t backslashes = 0;
  for (const char c : argument) {
    if (c == '\\') {
      ++backslashes;
      continue;
    }
    text.append(c == '"' ? 2 * backslashes + 1 : backslashes, '\\');
    backslashes = 0;
    text += c;
  }
  text.append(2 * backslashes, '\\');
  return text + '"';
}

std::wstring wide(const std::string& text) { return from_utf8(text).wstring(); }

}  // namespace

RunResult run(const Run& run) {
  SECURITY_ATTRIBUTES inheritable{sizeof(SECURITY_ATTRIBUTES), nullptr, TRUE};
  OwnedHandle output, input, none;
  if (!CreatePipe(&output.handle, &input.handle, &inheritable, 0)) throw last_error("pyembed: no pipe");
  SetHandleInformation(output.handle, HANDLE_FLAG_INHERIT, 0);
  none.handle = CreateFileW(L"NUL", GENERIC_READ, FILE_SHARE_READ, &inheritable, OPEN_EXISTING, 0, nullptr);

  std::string line = quote_argument(run.program);
  for (const std::string& argument : run.arguments) line += " " + quote_argument(argument);
  std::wstring command = wide(line);
  std::wstring variables;
  for (const auto& [name, value] : run.environment) variables += wide(name + "=" + value) + L'\0';
  variables += L'\0';

  STARTUPINFOW start{};
  start.cb = sizeof start;
  start.dwFlags = STARTF_USESTDHANDLES;
  start.hStdInput = none.handle;
  start.hStdOutput = start.hStdError = input.handle;
  PROCESS_INFORMATION child{};
  // A job, so that the children of pip end with it, and all with this process.
  OwnedHandle job;
  job.handle = CreateJobObjectW(nullptr, nullptr);
  JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits{};
  limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
  SetInformationJobObject(job.handle, JobObjectExtendedLimitInformation, &limits, sizeof limits);
  if (!CreateProcessW(nullptr, command.data(), nullptr, nullptr, TRUE,
                      CREATE_UNICODE_ENVIRONMENT | CREATE_NO_WINDOW | CREATE_SUSPENDED, variables.data(), nullptr,
                      &start, &child)) {
    throw last_error("pyembed: cannot start " + run.program);
  }
  OwnedHandle process{child.hProcess};
  AssignProcessToJobObject(job.handle, child.hProcess);
  ResumeThread(child.hThread);
  CloseHandle(child.hThread);
  input.close();

  Lines lines(run.on_line);
  RunResult result;
  const auto read_ready = [&] {
    std::array<char, 4096> data{};
    DWORD ready = 0, size = 0;
    while (PeekNamedPipe(output.handle, nullptr, 0, nullptr, &ready, nullptr) && ready > 0 &&
           ReadFile(output.handle, data.data(), static_cast<DWORD>(data.size()), &size, nullptr) && size > 0) {
      lines.add(data.data(), size);
    }
  };
  while (WaitForSingleObject(process.handle, 50) == WAIT_TIMEOUT) {
    read_ready();
    if (!run.is_cancelled || !run.is_cancelled()) continue;
    TerminateJobObject(job.handle, 1);
    WaitForSingleObject(process.handle, INFINITE);
    result.is_cancelled = true;
    result.reason = "cancelled";
    return result;
  }
  read_ready();
  lines.finish();
  DWORD code = 0;
  GetExitCodeProcess(process.handle, &code);
  result.is_ok = code == 0;
  result.reason = "exit code " + std::to_string(code);
  return result;
}

}  // namespace pyembed::detail
#endif
