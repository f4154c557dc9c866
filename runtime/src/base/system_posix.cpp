#if !defined(_WIN32)
#include "system.hpp"

#include <pwd.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

extern char** environ;

namespace pyembed::detail {

Variables environment() {
  Variables variables;
  for (char** entry = environ; entry && *entry; ++entry) {
    const std::string text = *entry;
    const std::size_t equals = text.find('=', 1);
    if (equals != std::string::npos) variables.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return variables;
}

std::optional<std::string> home_of_user() {
  std::vector<char> buffer(16384);
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(geteuid(), &entry, buffer.data(), buffer.size(), &found) != 0 || !found) return std::nullopt;
  return std::string(found->pw_dir ? found->pw_dir : "");
}

Here here() {
  Here here;
  std::array<char, 256> host{};
  if (gethostname(host.data(), host.size() - 1) == 0) here.host = host.data();
#if defined(__linux__)
  std::ifstream boot("/proc/sys/kernel/random/boot_id");
  std::getline(boot, here.boot);
  std::array<char, 64> text{};
  const ssize_t length = readlink("/proc/self/ns/pid", text.data(), text.size());
  if (length > 0) here.name_space.assign(text.data(), static_cast<std::size_t>(length));
#endif
  return here;
}

std::int64_t process_id() { return getpid(); }

bool is_alive(std::int64_t pid) {
  if (pid <= 0 || pid > INT_MAX) return false;
  return kill(static_cast<pid_t>(pid), 0) == 0 || errno != ESRCH;
}

bool is_suspended(std::int64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string stat;
  std::getline(file, stat, '\0');
  const std::size_t name_end = stat.rfind(") ");
  if (name_end == std::string::npos) return false;
  return stat.compare(name_end + 2, 2, "T ") == 0 || stat.compare(name_end + 2, 2, "t ") == 0;
}

}  // namespace pyembed::detail
#endif
