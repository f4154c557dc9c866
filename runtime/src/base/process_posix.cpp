#if !defined(_WIN32)
#include "process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <thread>

namespace pyembed::detail {

namespace {

struct SpawnFiles {
  posix_spawn_file_actions_t actions{};
  SpawnFiles() { posix_spawn_file_actions_init(&actions); }
  ~SpawnFiles() { posix_spawn_file_actions_destroy(&actions); }
};

struct SpawnAttributes {
  posix_spawnattr_t attributes{};
  SpawnAttributes() { posix_spawnattr_init(&attributes); }
  ~SpawnAttributes() { posix_spawnattr_destroy(&attributes); }
};

struct Pipe {
  std::array<int, 2> ends{-1, -1};
  Pipe() {
#if defined(__linux__)
    const int result = ::pipe2(ends.data(), O_CLOEXEC);
#else
    const int result = ::pipe(ends.data());
    for (const int end : ends) ::fcntl(end, F_SETFD, FD_CLOEXEC);
#endif
    if (result != 0) throw std::system_error(errno, std::generic_category(), "pyembed: no pipe");
  }
  ~Pipe() {
    for (int& end : ends) close(end);
  }
  static void close(int& end) {
    if (end >= 0) ::close(end);
    end = -1;
  }
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  for (std::string& text : texts) list.push_back(text.data());
  list.push_back(nullptr);
  return list;
}

// Of its own group, so that the children of pip end with it.
pid_t start(const Run& run, int output) {
  SpawnFiles files;
  posix_spawn_file_actions_addopen(&files.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files.actions, output, 1);
  posix_spawn_file_actions_adddup2(&files.actions, output, 2);
  SpawnAttributes attributes;
  posix_spawnattr_setpgroup(&attributes.attributes, 0);
  posix_spawnattr_setflags(&attributes.attributes, POSIX_SPAWN_SETPGROUP);

  std::vector<std::string> arguments{run.program};
  arguments.insert(arguments.end(), run.arguments.begin(), run.arguments.end());
  std::vector<std::string> variables;
  for (const auto& [name, value] : run.environment) variables.push_back(name + "=" + value);

  const int inherited = static_cast<int>(run.inherited);
#if defined(__APPLE__)
  if (inherited >= 0) posix_spawn_file_actions_addinherit_np(&files.actions, inherited);
#else
  if (inherited >= 0) posix_spawn_file_actions_adddup2(&files.actions, inherited, inherited);
#endif
  pid_t child = 0;
  const int error = posix_spawn(&child, run.program.c_str(), &files.actions, &attributes.attributes,
                                pointers(arguments).data(), pointers(variables).data());
  if (error != 0) throw std::system_error(error, std::generic_category(), "pyembed: cannot start " + run.program);
  return child;
}

void end_group(pid_t child) {
  ::kill(-child, SIGTERM);
  for (int i = 0; i < 20; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    if (::waitpid(child, nullptr, WNOHANG) != 0) break;
  }
  ::kill(-child, SIGKILL);
  while (::waitpid(child, nullptr, 0) < 0 && errno == EINTR) {
  }
}

// False when it is to end before its time.
bool read_output(const Run& run, int output) {
  Lines lines(run.on_line);
  for (;;) {
    pollfd wait{output, POLLIN, 0};
    const int ready = ::poll(&wait, 1, 100);
    if (run.is_cancelled && run.is_cancelled()) return false;
    if (ready <= 0) continue;
    std::array<char, 4096> data{};
    const ssize_t size = ::read(output, data.data(), data.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    lines.add(data.data(), static_cast<std::size_t>(size));
  }
  lines.finish();
  return true;
}

}  // namespace

RunResult run(const Run& run) {
  Pipe pipe;
  const pid_t child = start(run, pipe.ends[1]);
  Pipe::close(pipe.ends[1]);
  RunResult result;
  try {
    result.is_cancelled = !read_output(run, pipe.ends[0]);
  } catch (...) {
    end_group(child);
    throw;
  }
  if (result.is_cancelled) {
    end_group(child);
    result.reason = "cancelled";
    return result;
  }

  int status = 0;
  pid_t ended = 0;
  do {
    ended = ::waitpid(child, &status, 0);
  } while (ended < 0 && errno == EINTR);
  if (ended != child) {
    result.reason = "its exit code is not known, since this program ignores or takes SIGCHLD";
    return result;
  }
  result.is_ok = WIFEXITED(status) && WEXITSTATUS(status) == 0;
  result.reason = WIFSIGNALED(status) ? "signal " + std::to_string(WTERMSIG(status))
                                      : "exit code " + std::to_string(WEXITSTATUS(status));
  return result;
}

}  // namespace pyembed::detail
#endif
