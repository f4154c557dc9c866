#include "temporary.hpp"

#include "files.hpp"
#include "hash.hpp"
#include "system.hpp"
#include "text.hpp"

#include <chrono>
#include <cstdlib>

namespace pyembed::detail {

namespace {

// No work on one file or folder takes longer than this.
constexpr std::chrono::hours longest_work{24};

}  // namespace

std::string temporary_name(const std::string& path) {
  const Here place = here();
  std::string mark;
  const std::uint32_t bits = fnv1a(place.host + " " + place.boot + " " + place.name_space);
  for (int shift = 28; shift >= 0; shift -= 4) mark += "0123456789abcdef"[bits >> shift & 15];
  return path + ".tmp-" + mark + "-" + std::to_string(process_id()) + "-" + random_hex(8);
}

void write_atomic(const std::string& path, std::string_view content) {
  const std::string temporary = temporary_name(path);
  try {
    write_new(temporary, content, true);
    rename(temporary, path);
  } catch (...) {
    remove_file(temporary);
    throw;
  }
}

void sweep_temporary(const std::string& directory, const std::string& base) {
  const std::string start = base + ".tmp-";
  const std::string own = temporary_name(base);
  const std::string mark = own.substr(start.size(), 9);
  for (const std::string& name : list_directory(directory)) {
    if (!starts_with(name, start)) continue;
    const std::string path = directory + (host_system == System::Windows ? "\\" : "/") + name;
    std::error_code error;
    const auto age = fs::file_time_type::clock::now() - fs::last_write_time(native(path), error);
    const bool is_here = starts_with(name.substr(start.size()), mark);
    const std::int64_t pid = is_here ? std::strtoll(name.c_str() + start.size() + mark.size(), nullptr, 10) : 0;
    if ((is_here && !is_alive(pid)) || (!error && age > longest_work)) remove_tree(path);
  }
}

}  // namespace pyembed::detail
