#include "shebangs.hpp"

#include "../base/files.hpp"
#include "../base/hash.hpp"
#include "../base/temporary.hpp"
#include "../base/text.hpp"
#include "place.hpp"

#include <map>

namespace pyembed::detail {

namespace {

// macOS before 13 has no `realpath`.
const char* const relative_start =
    "#!/bin/sh\n"
    "'''exec' \"$(dirname -- \"$(realpath -- \"$0\" 2>/dev/null || echo \"$0\")\")/python\" \"$0\" \"$@\"\n"
    "' '''\n";

// A launcher of Windows, a line and a zip.
std::optional<std::string> relative_launcher(const std::string& content, const std::string& prefix) {
  const std::size_t zip = content.rfind("PK\x03\x04");
  const std::size_t start = zip == std::string::npos ? zip : content.rfind("#!", zip);
  if (start == std::string::npos) return std::nullopt;
  const std::string line = content.substr(start, zip - start);
  if (!contains(line, prefix)) return std::nullopt;
  return content.substr(0, start) + "#!<launcher_dir>\\python" + (contains(line, "pythonw") ? "w" : "") + ".exe\r\n" +
         content.substr(zip);
}

// A line of RECORD: `../../../bin/name,sha256=…,size`. The name of the script, empty when it is of none.
std::string script_of(const std::string& line) {
  std::string_view rest = line;
  while (starts_with(rest, "../")) rest.remove_prefix(3);
  const std::size_t slash = rest.find('/');
  const std::string folder(rest.substr(0, slash));
  if (rest.size() == line.size() || (folder != "bin" && folder != "Scripts")) return "";
  const std::string name(rest.substr(slash + 1, rest.find(',') - slash - 1));
  return contains(name, "/") || contains(name, "\"") ? "" : name;
}

void tell_records(const std::string& site_packages, const std::map<std::string, std::string>& changed) {
  for (const std::string& folder : list_directory(site_packages)) {
    const std::string path = at(site_packages, folder + "/RECORD");
    if (!ends_with(folder, ".dist-info") || !exists(path)) continue;
    const std::string old = read_file(path).value_or("");
    std::vector<std::string> lines = split(old, '\n');
    for (std::string& line : lines) {
      const auto found = changed.find(script_of(line));
      if (found == changed.end() || !contains(line, ",sha256=")) continue;
      const std::string& content = found->second;
      const std::string end = ends_with(line, "\r") ? "\r" : "";
      line = line.substr(0, line.find(',')) + ",sha256=" + base64url(sha256(content)) + "," +
             std::to_string(content.size()) + end;
    }
    std::string text;
    for (std::size_t i = 0; i < lines.size(); ++i) text += (i == 0 ? "" : "\n") + lines[i];
    if (text != old) write_atomic(path, text);
  }
}

}  // namespace

void relative_shebangs(const std::string& prefix, const std::string& scripts, const std::string& site_packages) {
  std::map<std::string, std::string> changed;
  for (const std::string& name : list_directory(scripts)) {
    const std::string path = venv_path(scripts, name);
    if (fs::is_symlink(native(path)) || !fs::is_regular_file(native(path))) continue;
    std::optional<std::string> content = relative_script(read_file(path).value_or(""), prefix);
    if (!content) continue;
    const fs::perms mode = fs::status(native(path)).permissions();
    write_atomic(path, *content);
    fs::permissions(native(path), mode);
    changed[name] = std::move(*content);
  }
  if (!changed.empty()) tell_records(site_packages, changed);
}

std::optional<std::string> relative_script(const std::string& content, const std::string& prefix) {
  if (starts_with(content, "MZ")) return relative_launcher(content, prefix);
  // The kernel reads no more of it than pip writes: a line, or the lines that stand for one that is too long.
  const std::size_t first = content.find('\n');
  if (first == std::string::npos || content[0] != '#') return std::nullopt;
  const bool is_long = content.compare(0, first, "#!/bin/sh") == 0;
  std::size_t end = first;
  for (int i = 0; is_long && i < 2 && end != std::string::npos; ++i) end = content.find('\n', end + 1);
  if (end == std::string::npos) return std::nullopt;
  const std::string start = content.substr(is_long ? first : 0, end - (is_long ? first : 0));
  if ((is_long && !contains(start, "'''exec'")) || !contains(start, prefix)) return std::nullopt;
  return relative_start + content.substr(end + 1);
}

}  // namespace pyembed::detail
