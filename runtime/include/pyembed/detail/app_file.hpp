// Reads pyembed-app.json.
#pragma once

#include <pyembed/detail/json_parse.hpp>
#include <pyembed/detail/paths.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace pyembed::detail {

struct AppFile {
  std::map<std::string, std::string> members;
  std::string wrong;  // the member that is not as it has to be, or "JSON"; empty: none
};

inline bool is_app_member(const std::string& name, const std::string& value) {
  if (name == "id") return true;
  if (value.empty()) return false;
  // Relative, on every system.
  if (name == "prefix") {
    const bool is_letter = (value[0] >= 'A' && value[0] <= 'Z') || (value[0] >= 'a' && value[0] <= 'z');
    return value[0] != '/' && value[0] != '\\' && !(is_letter && value.compare(1, 1, ":") == 0);
  }
  if (name != "version") return true;
  const std::size_t dot = value.find_first_not_of("0123456789", 2);
  return value.compare(0, 2, "3.") == 0 && dot != std::string::npos && dot > 2 && value[dot] == '.';
}

// Members that are not known may be anything (docs/venv-contract.md, Which app).
inline AppFile parse_app_file(const std::string& text) {
  const std::optional<Json> json = parse_json(text);
  if (!json || !json->object()) return {{}, "JSON"};
  AppFile file;
  for (const char* name : {"name", "id", "prefix", "version", "pinId"}) {
    const Json* member = json->member(name);
    const Json none(std::string{});
    const std::string* value = (member ? member : &none)->text();
    if (!value || !is_app_member(name, *value)) return {{}, name};
    file.members[name] = *value;
  }
  return file;
}

inline std::map<std::string, std::string> read_app_file(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  AppFile file = parse_app_file(text);
  if (file.wrong.empty()) return std::move(file.members);
  throw AppFileError("pyembed: '" + to_utf8(path) + "' is damaged: " +
                     (file.wrong == "JSON" ? "it is no JSON object in UTF-8" : "its '" + file.wrong + "' is wrong") +
                     ". Configure the build again, or reinstall the application.");
}

}  // namespace pyembed::detail
