// Reads JSON (RFC 8259).
#pragma once

#include <pyembed/detail/json.hpp>
#include <pyembed/detail/utf8.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace pyembed::detail {

class JsonParser {
 public:
  explicit JsonParser(std::string_view text) : text_(text) {}

  std::optional<Json> parse() {
    Json json;
    if (!read(json, 0)) return std::nullopt;
    skip_blank();
    if (at_ != text_.size()) return std::nullopt;
    return json;
  }

 private:
  bool read(Json& json, int depth) {
    if (depth > 500) return false;
    skip_blank();
    switch (peek()) {
      case '{': return read_object(json, depth);
      case '[': return read_array(json, depth);
      case '"': {
        std::string text;
        if (!read_text(text)) return false;
        json = std::move(text);
        return true;
      }
      case 't': return read_word("true", json, true);
      case 'f': return read_word("false", json, false);
      case 'n': return read_word("null", json, nullptr);
      default: return read_number(json);
    }
  }

  bool read_object(Json& json, int depth) {
    JsonObject members;
    ++at_;
    skip_blank();
    if (!take('}')) {
      do {
        std::string name;
        skip_blank();
        if (!read_text(name)) return false;
        skip_blank();
        Json value;
        if (!take(':') || !read(value, depth + 1)) return false;
        members[name] = std::move(value);
        skip_blank();
      } while (take(','));
      if (!take('}')) return false;
    }
    json = std::move(members);
    return true;
  }

  bool read_array(Json& json, int depth) {
    JsonArray items;
    ++at_;
    skip_blank();
    if (!take(']')) {
      do {
        Json value;
        if (!read(value, depth + 1)) return false;
        items.push_back(std::move(value));
        skip_blank();
      } while (take(','));
      if (!take(']')) return false;
    }
    json = std::move(items);
    return true;
  }

  bool read_text(std::string& text) {
    if (!take('"')) return false;
    for (;;) {
      if (at_ == text_.size()) return false;
      const char c = text_[at_++];
      if (c == '"') return true;
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        text += c;
      } else if (!read_escape(text)) {
        return false;
      }
    }
  }

  bool read_escape(std::string& text) {
    if (at_ == text_.size()) return false;
    const char c = text_[at_++];
    const std::string_view short_forms = "\"\\/bfnrt";
    const std::size_t index = short_forms.find(c);
    if (index != std::string_view::npos) {
      text += "\"\\/\b\f\n\r\t"[index];
      return true;
    }
    std::uint32_t code = 0;
    if (c != 'u' || !read_unit(code)) return false;
    if (code >= 0xD800 && code < 0xDC00) {
      std::uint32_t low = 0;
      const std::size_t before = at_;
      const bool is_pair = take('\\') && take('u') && read_unit(low) && low >= 0xDC00 && low < 0xE000;
      if (!is_pair) at_ = before;
      code = is_pair ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
    } else if (code >= 0xDC00 && code < 0xE000) {
      code = 0xFFFD;
    }
    append(text, code);
    return true;
  }

  bool read_unit(std::uint32_t& code) {
    if (text_.size() - at_ < 4) return false;
    for (int i = 0; i < 4; ++i) {
      const char c = text_[at_++];
      const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
                        : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
      if (digit < 0) return false;
      code = code << 4 | static_cast<std::uint32_t>(digit);
    }
    return true;
  }

  static void append(std::string& text, std::uint32_t code) {
    const auto more = [&](int shift) { text += static_cast<char>(0x80 | (code >> shift & 0x3F)); };
    if (code < 0x80) {
      text += static_cast<char>(code);
    } else if (code < 0x800) {
      text += static_cast<char>(0xC0 | code >> 6);
      more(0);
    } else if (code < 0x10000) {
      text += static_cast<char>(0xE0 | code >> 12);
      more(6);
      more(0);
    } else {
      text += static_cast<char>(0xF0 | code >> 18);
      more(12);
      more(6);
      more(0);
    }
  }

  // By hand: strtod() reads by the locale. Exact for whole numbers below 2^53.
  bool read_number(Json& json) {
    const bool is_negative = take('-');
    double value = 0;
    const std::size_t start = at_;
    const auto digits = [&](auto&& use) {
      const std::size_t first = at_;
      while (peek() >= '0' && peek() <= '9') use(text_[at_++] - '0');
      return at_ > first;
    };
    if (!digits([&](int digit) { value = value * 10 + digit; })) return false;
    if (text_[start] == '0' && at_ - start > 1) return false;
    double scale = 1;
    if (take('.') && !digits([&](int digit) { value += digit * (scale /= 10); })) return false;
    if (peek() == 'e' || peek() == 'E') {
      ++at_;
      const bool is_small = peek() == '-';
      if (peek() == '+' || peek() == '-') ++at_;
      int exponent = 0;
      if (!digits([&](int digit) { exponent = exponent > 999 ? exponent : exponent * 10 + digit; })) return false;
      value *= std::pow(10.0, is_small ? -exponent : exponent);
    }
    json = is_negative ? -value : value;
    return true;
  }

  template <typename T>
  bool read_word(std::string_view word, Json& json, T value) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    json = value;
    return true;
  }

  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  bool take(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  void skip_blank() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos) ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// Nothing when the text is no JSON in UTF-8, or nested deeper than 500 levels.
inline std::optional<Json> parse_json(std::string_view text) {
  if (!is_utf8(text)) return std::nullopt;
  return JsonParser(text).parse();
}

}  // namespace pyembed::detail
