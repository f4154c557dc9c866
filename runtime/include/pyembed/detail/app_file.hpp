// Reads pyembed-app.json.
#pragma once

#include <pyembed/detail/paths.hpp>

#include <fstream>
#include <iterator>
#include <map>
#include <string>

namespace pyembed::detail {

// pyembed-app.json is one flat object of strings; anything else is refused, not skipped.
inline std::map<std::string, std::string> read_app_file(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  std::size_t at = 0;

  const auto fail = [&](const std::string& expected) -> Error {
    return Error("pyembed: '" + to_utf8(file) + "' is damaged: expected " + expected + " at byte " +
                 std::to_string(at) + ". Configure the build again, or reinstall the application.");
  };
  const auto peek = [&] {
    while (at < text.size() && std::string(" \t\r\n").find(text[at]) != std::string::npos) ++at;
    return at < text.size() ? text[at] : '\0';
  };
  const auto expect = [&](char wanted) {
    if (peek() != wanted) throw fail(std::string("'") + wanted + "'");
    ++at;
  };
  const auto read_string = [&] {
    std::string value;
    expect('"');
    while (at < text.size() && text[at] != '"') {
      if (text[at] != '\\') {
        value += text[at++];
      } else if (at + 1 < text.size() && std::string("\"\\/").find(text[at + 1]) != std::string::npos) {
        value += text[at + 1];
        at += 2;
      } else {
        throw fail("no escape but \\\", \\\\ and \\/");
      }
    }
    expect('"');
    return value;
  };

  std::map<std::string, std::string> members;
  expect('{');
  do {
    const std::string key = read_string();
    expect(':');
    members[key] = read_string();
  } while (peek() == ',' && ++at);
  expect('}');
  for (const char* key : {"name", "prefix", "version", "pinId"}) {
    if (members[key].empty()) throw fail(std::string("a member \"") + key + "\"");
  }
  return members;
}

}  // namespace pyembed::detail
