// pyembed-venv.json and app.json.
#pragma once

#include "app.hpp"

#include <pyembed/venv.hpp>

#include <optional>
#include <string>

namespace pyembed::detail {

constexpr const char* record_name = "pyembed-venv.json";
constexpr const char* app_file_name = "app.json";

enum class Verdict { Valid, Newer, Damaged };

struct ParsedRecord {
  Verdict verdict = Verdict::Damaged;
  VenvRecord record;  // Valid
};

std::string format_record(const VenvRecord& record);
ParsedRecord parse_record(const std::string& text);

std::string format_app(const App& app);
// Nothing when the text is none, or of a newer pyembed.
std::optional<App> parse_app(const std::string& text);

}  // namespace pyembed::detail
