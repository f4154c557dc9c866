// Files by paths in UTF-8. Errors are std::filesystem::filesystem_error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace pyembed::detail {

namespace fs = std::filesystem;

// On Windows such that a long path is no obstacle.
fs::path native(const std::string& path);
std::string text_of(const fs::path& path);

[[noreturn]] void throw_last_error(const char* what, const std::string& path);

// A link counts as what it leads to.
bool exists(const std::string& path);
// A link counts itself.
bool is_there(const std::string& path);
bool is_directory(const std::string& path);
// A folder itself, and no link to one.
bool is_own_directory(const std::string& path);
// Whether one can be renamed into the other. Both are there.
bool is_same_file_system(const std::string& path, const std::string& other);

// Nothing when there is no such file.
std::optional<std::string> read_file(const std::string& path);
// As above; nothing too when it cannot be read.
std::optional<std::string> try_read_file(const std::string& path);

// False when there is one already. `is_synced`: it is on the disk then.
bool write_new(const std::string& path, std::string_view content, bool is_synced = false);

void remove_file(const std::string& path);  // one that is not there is none
void remove_tree(const std::string& path);
// Outlasts the short locks of virus scanners on Windows.
void rename(const std::string& from, const std::string& to);

// Symbolic links resolved; on Windows the final path, plain: `C:\folder`, `\\server\share`.
std::string canonical(const std::string& path);

// Sorted; empty when there is no such folder, or it may not be listed.
std::vector<std::string> list_directory(const std::string& path);
void make_directories(const std::string& path);

// Since 1970, in nanoseconds; nothing when it is not there.
std::optional<std::int64_t> change_time(const std::string& path);
// What is another as soon as something else has this name; nothing when nothing has. A link counts itself.
std::optional<std::string> stamp_file(const std::string& path);
// Sets it to now. That it may not be set is no error.
void touch(const std::string& path);

// Bytes of all files and links of a folder, each once.
std::int64_t disk_use(const std::string& path);

// All of its file system, in one call where there is one.
void sync_file_system(const std::string& path);

}  // namespace pyembed::detail
