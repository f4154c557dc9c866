#include "verbs.hpp"

#include "base/files.hpp"
#include "base/system.hpp"
#include "venv/app.hpp"
#include "venv/data_home.hpp"
#include "venv/layout.hpp"
#include "venv/pip_options.hpp"
#include "venv/record.hpp"
#include "venv/shebangs.hpp"
#include "venv/steps.hpp"

#include <pyembed/detail/app_file.hpp>
#include <pyembed/venv.hpp>

#include <functional>
#include <stdexcept>

using namespace pyembed::detail;
using pyembed::Inherit;

namespace {

std::string text(const Json& json, const char* name) {
  const Json* found = json.member(name);
  return found && found->text() ? *found->text() : "";
}

System system_of(const Json& json) {
  const std::string name = text(json, "system");
  return name == "windows" ? System::Windows : name == "macos" ? System::MacOS : System::Linux;
}

Json list(const std::vector<std::string>& items) { return JsonArray(items.begin(), items.end()); }

Json pairs(const std::vector<std::pair<std::string, std::string>>& items) {
  JsonObject members;
  for (const auto& [name, value] : items) members[name] = value;
  return members;
}

Json home(const Json& json) {
  Variables variables;
  for (const auto& [name, value] : *json.member("environment")->object()) variables[name] = *value.text();
  const Json* given = json.member("home");
  const auto found = data_home(system_of(json), variables,
                               given && given->text() ? std::optional<std::string>(*given->text()) : std::nullopt);
  return found ? Json(*found) : Json(nullptr);
}

Json files(const Json& json) {
  const Layout made = layout(system_of(json), text(json, "abi"), text(json, "executable"));
  return JsonObject{{"folders", list(made.folders)}, {"links", pairs(made.links)},
                    {"copies", pairs(made.copies)},  {"python", made.python},
                    {"scripts", made.scripts},       {"sitePackages", made.site_packages}};
}

Json cfg(const Json& json) {
  const Inherit inherit = text(json, "inherit") == "base" ? Inherit::Base : Inherit::None;
  return format_cfg({text(json, "executable"), text(json, "version"), inherit, text(json, "app"), text(json, "key")});
}

std::string verdict(const std::string& given) {
  switch (parse_record(given).verdict) {
    case Verdict::Valid: return "valid";
    case Verdict::Newer: return "newer";
    default: return "damaged";
  }
}

std::string again(const std::string& given) {
  const ParsedRecord parsed = parse_record(given);
  return parsed.verdict == Verdict::Valid ? format_record(parsed.record) : "";
}

std::string app_again(const std::string& given) {
  const auto app = parse_app(given);
  return app ? format_app(*app) : "";
}

Json options(const Json& json) {
  pyembed::VenvStep step;
  for (const Json& word : *json.member("options")->array()) step.options.push_back(*word.text());
  bool is_refused = false;
  try {
    require_inside(step, "tool");
  } catch (const pyembed::VenvError& error) {
    is_refused = error.code == "PYEMBED_VENV_OPTION";
  }
  return JsonObject{{"options", list(step.options)},
                    {"kept", list(without_secrets(step).options)},
                    {"editables", list(editables_of(step.options))},
                    {"refused", is_refused}};
}

Json app_file(const Json& json) {
  const AppFile file = parse_app_file(text(json, "text"));
  JsonObject members;
  for (const auto& [name, value] : file.members) members[name] = value;
  return JsonObject{{"text", text(json, "text")},
                    {"wrong", file.wrong},
                    {"members", file.wrong.empty() ? Json(members) : Json(nullptr)}};
}

struct Kind {
  const char* name;
  const char* expected;  // the member that is computed; null: all
  std::function<Json(const Json&)> compute;
};

}  // namespace

Json check_vectors(const std::string& folder) {
  const std::vector<Kind> kinds{
      {"abis", "abi", [](const Json& json) { return Json(abi_tag(text(json, "version"), text(json, "pinId"))); }},
      {"app-files", nullptr, app_file},
      {"apps", "text", [](const Json& json) { return Json(app_again(text(json, "text"))); }},
      {"cfgs", "text", cfg},
      {"damaged-records", "verdict", [](const Json& json) { return Json(verdict(text(json, "text"))); }},
      {"files", "files", files},
      {"folders", "folder", [](const Json& json) { return Json(folder_name(text(json, "name"))); }},
      {"homes", "dataHome", home},
      {"identities", "identity",
       [](const Json& json) {
         return Json(text(json, "id").empty() ? app_path(system_of(json), text(json, "executable")) : text(json, "id"));
       }},
      {"keys", "key", [](const Json& json) { return Json(venv_key(text(json, "identity"), text(json, "abi"))); }},
      {"names", "isName", [](const Json& json) { return Json(why_no_name(text(json, "name")).empty()); }},
      {"options", nullptr, options},
      {"pip", "text", [](const Json& json) { return Json(text(json, "path") == pip_shim_path ? pip_shim : ""); }},
      {"records", "text", [](const Json& json) { return Json(again(text(json, "text"))); }},
  };
  JsonArray differ;
  JsonObject cases;
  for (const Kind& kind : kinds) {
    const std::string path = at(folder, std::string("venv-") + kind.name + ".json");
    const auto json = parse_json(read_file(path).value_or(""));
    if (!json || !json->array()) throw std::runtime_error("no vectors in " + path);
    cases[kind.name] = static_cast<double>(json->array()->size());
    for (const Json& item : *json->array()) {
      const Json computed = kind.compute(item);
      const Json* expected = kind.expected ? item.member(kind.expected) : &item;
      if (expected && format_json(*expected) == format_json(computed)) continue;
      differ.push_back(JsonObject{{"kind", kind.name}, {"case", item}, {"computed", computed}});
    }
  }
  return JsonObject{{"cases", cases}, {"differ", differ}};
}

Json check_texts(const std::string& kind, const std::string& input) {
  JsonArray results;
  for (std::size_t start = 0; start < input.size();) {
    const std::size_t end = input.find('\n', start);
    const std::size_t size = std::stoul(input.substr(start, end - start));
    const std::string given = input.substr(end + 1, size);
    start = end + 1 + size;
    if (kind == "record") {
      results.push_back(JsonObject{{"verdict", verdict(given)}, {"text", again(given)}});
    } else if (kind == "app") {
      results.push_back(app_again(given));
    } else if (kind == "cfg") {
      results.push_back(read_cfg(given, "home").value_or("(none)"));
    } else {
      results.push_back(relative_script(given, "/stage").value_or("(none)"));
    }
  }
  return results;
}
