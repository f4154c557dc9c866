// venv_tool VERB ARGUMENTS…: as an application with a pyembed-app.json beside it. Prints JSON.

#include "verbs.hpp"

#include "base/files.hpp"
#include "base/process.hpp"

#if defined(_WIN32)
#include <shellapi.h>
#endif

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <thread>

using namespace pyembed;
using detail::Json;
using detail::JsonArray;
using detail::JsonObject;
using detail::text_of;

namespace {

using Arguments = std::vector<std::string>;

Json packages_json(const std::vector<VenvPackage>& packages) {
  JsonArray list;
  for (const VenvPackage& package : packages) list.push_back(package.name + "==" + package.version);
  return list;
}

Json venv_json(const Venv& venv, JsonObject more = {}) {
  more["name"] = venv.name;
  more["path"] = text_of(venv.path);
  more["python"] = text_of(venv.python);
  return more;
}

Json texts(const std::vector<std::string>& list) { return JsonArray(list.begin(), list.end()); }

// `--offline`, `--find-links X`, `--index X`, `--option X`, `--requirements FILE`, `--held MODULE`; the rest are
// requirements; `+` begins another step.
Json install(const Venvs& venvs, const Arguments& given) {
  std::vector<VenvStep> steps(1);
  VenvInstallOptions options;
  std::unique_ptr<VenvLease> lease;
  for (std::size_t i = 1; i < given.size(); ++i) {
    const auto value = [&] { return given.at(++i); };
    if (given[i] == "--offline") {
      options.is_offline = true;
    } else if (given[i] == "--find-links") {
      steps.back().find_links.push_back(value());
    } else if (given[i] == "--option") {
      steps.back().options.push_back(value());
    } else if (given[i] == "--index") {
      steps.back().index_url = value();
    } else if (given[i] == "--requirements") {
      steps.back().requirement_files.push_back(read_requirement_file(detail::native(value())));
    } else if (given[i] == "--held") {
      options.loaded_modules.push_back(value());
      lease = std::make_unique<VenvLease>(venvs.lease(given[0]));
      options.lease = lease.get();
    } else if (given[i] == "+") {
      steps.emplace_back();
    } else {
      steps.back().requirements.push_back(given[i]);
    }
  }
  VenvControl control;
  control.progress = [](const std::string& line) { std::cerr << line << '\n'; };
  // A file named so cancels what is under way.
  const char* cancel = std::getenv("VENV_TOOL_CANCEL");
  control.is_cancelled = [cancel] { return cancel && detail::exists(cancel); };
  const VenvInstalled installed = venvs.install(given.at(0), steps, options, control);
  return venv_json(installed.venv, {{"packages", packages_json(installed.packages)},
                                    {"restartRequired", texts(installed.restart_required)},
                                    {"isPending", installed.is_pending}});
}

Json list(const Venvs& venvs, bool is_all) {
  JsonArray found;
  for (const ListedVenv& venv : venvs.list(is_all)) {
    static constexpr const char* states[] = {"ready", "base-missing", "broken", "newer", "foreign"};
    found.push_back(JsonObject{{"app", venv.app},
                               {"appExists", venv.app_exists},
                               {"key", venv.key},
                               {"name", venv.name},
                               {"path", text_of(venv.path)},
                               {"python", text_of(venv.python)},
                               {"state", states[static_cast<int>(venv.state)]},
                               {"sizeBytes", static_cast<double>(venv.size_bytes)},
                               {"packages", packages_json(venv.packages)}});
  }
  return found;
}

Json open(const Venvs& venvs, const std::string& name) {
  static constexpr const char* states[] = {"ready", "missing", "needs-rebuild", "app-moved", "broken", "newer"};
  const OpenedVenv opened = venvs.open(name);
  JsonObject json{{"state", states[static_cast<int>(opened.state)]},
                  {"key", opened.key}, {"wasAt", opened.was_at}, {"reason", opened.reason}};
  return opened.state == VenvState::Ready ? venv_json(opened.venv, json) : Json(json);
}

// Runs a program in an environment, under a lease.
int run(const Venvs& venvs, const Arguments& given) {
  const VenvLease lease = venvs.lease(given.at(0));
  const VenvCommand command = venvs.command(venvs.require(given.at(0)), {given.begin() + 1, given.end()});
  detail::Run run;
  run.program = text_of(command.program);
  run.arguments = command.arguments;
  run.environment = command.environment;
  run.on_line = [](const std::string& line) { std::cout << line << std::endl; };
  return detail::run(run).is_ok ? 0 : 1;
}

Json bench(const Venvs& venvs, int count) {
  std::vector<double> times;
  for (int i = 0; i < count; ++i) {
    const auto start = std::chrono::steady_clock::now();
    venvs.create("bench " + std::to_string(i));
    times.push_back(std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count());
  }
  std::sort(times.begin(), times.end());
  return JsonObject{{"medianMicroseconds", times[times.size() / 2]}};
}

std::string read_input() { return {std::istreambuf_iterator<char>(std::cin), {}}; }

int main_of(const Arguments& given) {
  const std::string& verb = given.at(0);
  const auto print = [](const Json& json) {
    std::cout << detail::format_json(json);
    return 0;
  };
  if (verb == "vectors") return print(check_vectors(given.at(1)));
  if (verb == "texts") return print(check_texts(given.at(1), read_input()));

  const Venvs venvs(find_home());
  const Arguments rest(given.begin() + 1, given.end());
  if (verb == "open") return print(open(venvs, rest.at(0)));
  if (verb == "create") {
    const bool is_apart = rest.size() > 1 && rest[1] == "none";
    const CreatedVenv made = venvs.create(rest.at(0), is_apart ? Inherit::None : Inherit::Base);
    return print(venv_json(made.venv, {{"created", made.is_created}, {"key", venvs.key()}}));
  }
  if (verb == "install") return print(install(venvs, rest));
  if (verb == "list") return print(list(venvs, true));
  if (verb == "remove") return print(JsonObject{{"removed", venvs.remove(rest.at(0))}});
  if (verb == "repair") return print(JsonObject{{"repaired", static_cast<double>(venvs.repair(rest.at(0)))}});
  if (verb == "prune") {
    JsonArray names;
    const std::optional<int> days = rest.at(0) == "default" ? std::nullopt : std::optional<int>(std::stoi(rest[0]));
    const VenvPruned pruned = venvs.prune(days, rest.size() > 1);
    for (const ListedVenv& venv : pruned.removed) names.push_back(venv.name);
    return print(names);
  }
  if (verb == "adopt") {
    const VenvAdopted adopted = venvs.adopt(rest.at(0));
    JsonObject left;
    for (const auto& [name, reason] : adopted.left) left[name] = reason;
    return print(JsonObject{{"adopted", texts(adopted.adopted)}, {"left", left}});
  }
  if (verb == "run") return run(venvs, rest);
  if (verb == "hold") {
    const VenvLease lease = venvs.lease(rest.at(0));
    std::cout << "held" << std::endl;
    read_input();
    return 0;
  }
  if (verb == "bench") return print(bench(venvs, std::stoi(rest.at(0))));
  if (verb == "churn") {
    return print(churn(venvs, std::stoi(rest.at(0)), std::stoi(rest.at(1)), rest.size() > 2 ? rest[2] : ""));
  }
  std::cerr << "unknown verb " << verb << '\n';
  return 2;
}

// In UTF-8. Windows gives main() what the code page can say.
Arguments arguments_of(int count, char** values) {
#if defined(_WIN32)
  static_cast<void>(values);
  wchar_t** const wide = CommandLineToArgvW(GetCommandLineW(), &count);
  Arguments given;
  for (int i = 1; i < count; ++i) given.push_back(text_of(wide[i]));
  LocalFree(wide);
  return given;
#else
  return {values + 1, values + count};
#endif
}

}  // namespace

int main(int count, char** values) {
  try {
    return main_of(arguments_of(count, values));
  } catch (const VenvError& error) {
    std::cerr << "error[" << error.code << "]: " << error.what() << '\n';
  } catch (const AppFileError& error) {
    std::cerr << "error[" << AppFileError::code << "]: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
  }
  return 1;
}
