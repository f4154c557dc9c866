#include "json.hpp"

#include <cstdint>
#include <string_view>

namespace pyembed::detail {

namespace {

void write_text(std::string& out, const std::string& text) {
  out += '"';
  for (const char c : text) {
    const std::size_t index = std::string_view("\"\\\b\f\n\r\t").find(c);
    if (index != std::string_view::npos) {
      out += '\\';
      out += "\"\\bfnrt"[index];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += "0123456789abcdef"[c >> 4];
      out += "0123456789abcdef"[c & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

struct Style {
  std::string_view indent;
  std::string_view line;
};

void write(std::string& out, const Json& json, const Style& style, int depth);

template <typename Items, typename WriteItem>
void write_items(std::string& out, const Items& items, std::string_view brackets, const Style& style, int depth,
                 WriteItem write_item) {
  out += brackets[0];
  bool is_first = true;
  const auto begin_line = [&](int level) {
    out += style.line;
    for (int i = 0; i < level; ++i) out += style.indent;
  };
  for (const auto& item : items) {
    if (!is_first) out += ',';
    is_first = false;
    begin_line(depth + 1);
    write_item(item);
  }
  if (!is_first) begin_line(depth);
  out += brackets[1];
}

void write(std::string& out, const Json& json, const Style& style, int depth) {
  if (const auto* text = json.text()) {
    write_text(out, *text);
  } else if (const auto* number = json.number()) {
    out += std::to_string(static_cast<std::int64_t>(*number));
  } else if (const auto* flag = json.boolean()) {
    out += *flag ? "true" : "false";
  } else if (const auto* items = json.array()) {
    write_items(out, *items, "[]", style, depth, [&](const Json& item) { write(out, item, style, depth + 1); });
  } else if (const auto* members = json.object()) {
    write_items(out, *members, "{}", style, depth, [&](const auto& member) {
      write_text(out, member.first);
      out += style.line.empty() ? ":" : ": ";
      write(out, member.second, style, depth + 1);
    });
  } else {
    out += "null";
  }
}

}  // namespace

std::string format_json(const Json& json) {
  std::string out;
  write(out, json, {"  ", "\n"}, 0);
  return out + "\n";
}

std::string format_json_line(const Json& json) {
  std::string out;
  write(out, json, {"", ""}, 0);
  return out;
}

}  // namespace pyembed::detail
