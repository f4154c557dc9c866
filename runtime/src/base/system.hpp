// Which system this is, and text of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace pyembed::detail {

enum class System { Linux, MacOS, Windows };

#if defined(_WIN32)
constexpr System host_system = System::Windows;
#elif defined(__APPLE__)
constexpr System host_system = System::MacOS;
#else
constexpr System host_system = System::Linux;
#endif

using Variables = std::map<std::string, std::string>;

Variables environment();

// As the system's user database says; nothing for a user who is not in it.
std::optional<std::string> home_of_user();

// Where a process id means something: host, its start, and the container. Elsewhere than on Linux only the name.
struct Here {
  std::string boot;
  std::string host;
  std::string name_space;
};
Here here();

std::int64_t process_id();
// Whether a process of this host is there, be it another user's.
bool is_alive(std::int64_t pid);
// Whether it is suspended, as by Ctrl-Z or a debugger. Only Linux tells (proc(5), stat).
bool is_suspended(std::int64_t pid);

std::string random_hex(int digits);

// "2026-11-21T12:00:00Z"
std::string now();

}  // namespace pyembed::detail
