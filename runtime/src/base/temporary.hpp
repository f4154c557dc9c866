// Names and files on the way to being something else; the names are those of `pyembed` (src/fs/atomic.ts).
#pragma once

#include <string>
#include <string_view>

namespace pyembed::detail {

// In one step: readers see the old content or the new one.
void write_atomic(const std::string& path, std::string_view content);
// A name beside `path` that no other process uses.
std::string temporary_name(const std::string& path);
// What temporary_name() named of `base` in a folder and nobody works on any more.
void sweep_temporary(const std::string& directory, const std::string& base);

}  // namespace pyembed::detail
