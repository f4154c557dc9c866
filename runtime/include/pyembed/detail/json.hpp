// JSON (RFC 8259).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace pyembed::detail {

struct Json;
using JsonArray = std::vector<Json>;
using JsonObject = std::map<std::string, Json>;

// Of its parts that of its kind counts. Not a std::variant, of which GCC 12 warns that it may be uninitialized.
struct Json {
  enum class Kind { Null, Boolean, Number, Text, Array, Object };

  Json() = default;
  Json(std::nullptr_t) {}
  Json(bool given) : kind_(Kind::Boolean), flag_(given) {}
  Json(double given) : kind_(Kind::Number), number_(given) {}
  Json(std::string given) : kind_(Kind::Text), text_(std::move(given)) {}
  Json(const char* given) : kind_(Kind::Text), text_(given) {}
  Json(JsonArray given) : kind_(Kind::Array), array_(std::move(given)) {}
  Json(JsonObject given) : kind_(Kind::Object), object_(std::move(given)) {}

  // Null when it is of another kind.
  const bool* boolean() const { return kind_ == Kind::Boolean ? &flag_ : nullptr; }
  const double* number() const { return kind_ == Kind::Number ? &number_ : nullptr; }
  const std::string* text() const { return kind_ == Kind::Text ? &text_ : nullptr; }
  const JsonArray* array() const { return kind_ == Kind::Array ? &array_ : nullptr; }
  const JsonObject* object() const { return kind_ == Kind::Object ? &object_ : nullptr; }
  // A member of an object; null when there is none.
  const Json* member(const std::string& name) const {
    if (kind_ != Kind::Object) return nullptr;
    const auto found = object_.find(name);
    return found == object_.end() ? nullptr : &found->second;
  }

 private:
  Kind kind_ = Kind::Null;
  bool flag_ = false;
  double number_ = 0;
  std::string text_;
  JsonArray array_;
  JsonObject object_;
};

}  // namespace pyembed::detail
