#include "record.hpp"

#include "../base/json.hpp"

#include <cmath>
#include <string_view>

namespace pyembed::detail {

namespace {

Json texts(const std::vector<std::string>& list) { return JsonArray(list.begin(), list.end()); }

Json step_json(const VenvStep& step) {
  JsonArray files;
  for (const VenvRequirementFile& file : step.requirement_files) {
    files.push_back(JsonObject{{"name", file.name}, {"text", file.text}});
  }
  return JsonObject{{"requirements", texts(step.requirements)},
                    {"requirementFiles", files},
                    {"indexUrl", step.index_url},
                    {"extraIndexUrls", texts(step.extra_index_urls)},
                    {"findLinks", texts(step.find_links)},
                    {"options", texts(step.options)},
                    {"requireHashes", step.require_hashes}};
}

// Reads members; after one that is missing or of another type nothing counts.
class Reader {
 public:
  explicit Reader(const Json* json) : json_(json), is_valid_(json && json->object()) {}

  bool is_valid() const { return is_valid_; }
  void require(bool condition) { is_valid_ = is_valid_ && condition; }

  const Json* member(const char* name) {
    const Json* found = is_valid_ ? json_->member(name) : nullptr;
    require(found);
    return found;
  }

  std::string text(const char* name) {
    const Json* found = member(name);
    require(found && found->text());
    return is_valid_ ? *found->text() : "";
  }

  bool flag(const char* name) {
    const Json* found = member(name);
    require(found && found->boolean());
    return is_valid_ && *found->boolean();
  }

  double number(const char* name) {
    const Json* found = member(name);
    require(found && found->number());
    return is_valid_ ? *found->number() : 0;
  }

  const JsonArray& array(const char* name) {
    static const JsonArray none;
    const Json* found = member(name);
    require(found && found->array());
    return is_valid_ ? *found->array() : none;
  }

  std::vector<std::string> list(const char* name) {
    std::vector<std::string> items;
    for (const Json& item : array(name)) {
      require(item.text());
      if (item.text()) items.push_back(*item.text());
    }
    return items;
  }

 private:
  const Json* json_;
  bool is_valid_;
};

bool is_abi(const std::string& text) {
  std::string digits = text.substr(0, 3) == "cp3" ? text.substr(3) : "";
  if (!digits.empty() && digits.back() == 't') digits.pop_back();
  return !digits.empty() && digits.size() <= 4 && digits.find_first_not_of("0123456789") == std::string::npos;
}

bool is_time(const std::string& text) {
  const std::string_view shape = "0000-00-00T00:00:00Z";
  if (text.size() != shape.size()) return false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const bool is_digit = text[i] >= '0' && text[i] <= '9';
    if (shape[i] == '0' ? !is_digit : text[i] != shape[i]) return false;
  }
  return true;
}

bool is_path(const std::string& text) {
  return is_absolute_path(text) && text.find_first_of(std::string("\n\r\0", 3)) == std::string::npos;
}

bool read_step(const Json& json, VenvStep& step) {
  Reader reader(&json);
  step.requirements = reader.list("requirements");
  step.index_url = reader.text("indexUrl");
  step.extra_index_urls = reader.list("extraIndexUrls");
  step.find_links = reader.list("findLinks");
  step.options = reader.list("options");
  step.require_hashes = reader.flag("requireHashes");
  for (const Json& file : reader.array("requirementFiles")) {
    Reader member(&file);
    step.requirement_files.push_back({member.text("name"), member.text("text")});
    reader.require(member.is_valid());
  }
  return reader.is_valid();
}

}  // namespace

std::string format_record(const VenvRecord& record) {
  JsonArray steps;
  for (const VenvStep& step : record.steps) steps.push_back(step_json(step));
  return format_json(JsonObject{
      {"format", 1.0},
      {"name", record.name},
      {"abi", record.abi},
      {"inherit", record.inherit == Inherit::Base ? "base" : "none"},
      {"base", JsonObject{{"executable", record.base.executable},
                          {"prefix", record.base.prefix},
                          {"version", record.base.version},
                          {"pinId", record.base.pin_id}}},
      {"created", record.created},
      {"steps", steps},
      {"size", JsonObject{{"bytes", static_cast<double>(record.size_bytes)}, {"stamp", record.size_stamp}}}});
}

ParsedRecord parse_record(const std::string& text) {
  const std::optional<Json> json = parse_json(text);
  if (!json || !json->object()) return {};
  const Json* format = json->member("format");
  if (!format || !format->number()) return {};
  if (*format->number() > 1) return {Verdict::Newer, {}};

  Reader reader(&*json);
  reader.require(*format->number() == 1);
  VenvRecord record;
  record.name = reader.text("name");
  record.abi = reader.text("abi");
  reader.require(is_abi(record.abi));
  const std::string inherit = reader.text("inherit");
  reader.require(inherit == "base" || inherit == "none");
  record.inherit = inherit == "base" ? Inherit::Base : Inherit::None;
  record.created = reader.text("created");
  reader.require(is_time(record.created));

  Reader base(reader.member("base"));
  record.base = {base.text("executable"), base.text("prefix"), base.text("version"), base.text("pinId")};
  reader.require(base.is_valid() && is_path(record.base.executable) && is_path(record.base.prefix));

  for (const Json& item : reader.array("steps")) {
    VenvStep step;
    reader.require(read_step(item, step));
    record.steps.push_back(std::move(step));
  }

  Reader size(reader.member("size"));
  const double bytes = size.number("bytes");
  record.size_stamp = size.text("stamp");
  reader.require(size.is_valid() && bytes >= 0 && bytes <= 9007199254740991.0 && std::floor(bytes) == bytes);
  if (!reader.is_valid()) return {};
  record.size_bytes = static_cast<std::int64_t>(bytes);
  return {Verdict::Valid, std::move(record)};
}

std::string format_app(const App& app) {
  return format_json(JsonObject{{"format", 1.0},
                                {"name", app.name},
                                {"id", app.id},
                                {"identity", app.identity},
                                {"path", app.path},
                                {"abi", app.abi}});
}

std::optional<App> parse_app(const std::string& text) {
  const std::optional<Json> json = parse_json(text);
  Reader reader(json ? &*json : nullptr);
  reader.require(reader.number("format") == 1);
  App app{reader.text("name"), reader.text("id"), reader.text("identity"), reader.text("path"), reader.text("abi")};
  if (!reader.is_valid()) return std::nullopt;
  return app;
}

}  // namespace pyembed::detail
