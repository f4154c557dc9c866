#include "pip.hpp"

#include "../base/files.hpp"
#include "../base/json.hpp"
#include "../base/process.hpp"
#include "../base/text.hpp"
#include "layout.hpp"
#include "pip_options.hpp"
#include "steps.hpp"
#include "verbs.hpp"

#include <algorithm>
#include <iterator>

namespace pyembed::detail {

namespace {

// What steers a Python or pip and is not the user's network.
bool is_steering(const std::string& variable) {
  const std::string name = lower(variable);
  return starts_with(name, "python") || starts_with(name, "conda") || starts_with(name, "virtual_env") ||
         starts_with(name, "__pyvenv_launcher__");
}

std::string describe_step(const VenvStep& step, std::size_t index, std::size_t count) {
  const VenvStep plain = without_secrets(step);
  std::vector<std::string> what = plain.requirements;
  for (const VenvRequirementFile& file : plain.requirement_files) what.push_back(file.name);
  const std::vector<std::string> editables = editables_of(plain.options);
  what.insert(what.end(), editables.begin(), editables.end());
  const std::string text = what.empty() ? "nothing" : join(what, ", ");
  return count == 1 ? text : text + " (step " + std::to_string(index + 1) + " of " + std::to_string(count) + ")";
}

// Keeps pip from putting another version before a package of the base; its pip does not matter to anybody.
std::string base_constraints(const std::string& site_packages) {
  std::string text;
  for (const VenvPackage& package : installed_packages(site_packages)) {
    if (package.name != "pip") text += package.name + "==" + package.version + "\n";
  }
  return text;
}

void run_step(Run run, const VenvRecord& record, const std::string& what, const VenvControl& control) {
  std::vector<std::string> errors;
  std::string last;  // of options that it does not take pip says so in its last line, without the mark of errors
  bool is_conflict = false;
  run.is_cancelled = control.is_cancelled;
  run.on_line = [&](const std::string& said) {
    const std::string line = without_users(said);
    if (starts_with(line, "ERROR: ")) errors.push_back(line.substr(7));
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
    const std::string text = lower(line);
    is_conflict = is_conflict || contains(text, "constraint") || contains(text, "conflict");
    if (control.progress) control.progress(line);
  };
  if (control.progress) control.progress("Installing " + what);
  const RunResult result = detail::run(run);
  if (result.is_cancelled) throw VenvCancelled();
  if (result.is_ok) return;
  const bool is_base = record.inherit == Inherit::Base && is_conflict;
  throw VenvError("PYEMBED_VENV_INSTALL_FAILED",
                  "pyembed: pip could not install " + what + ": " +
                      (!errors.empty() ? join(errors, "; ") : result.reason + (last.empty() ? "" : ": " + last)) +
                      (is_base ? ". '" + record.name + "' has the packages of the application, whose versions stay as "
                                 "they are; an environment that inherits nothing has its own."
                               : ". The environment is as it was."));
}

// No constraint keeps a package of another name from bringing the same module.
void require_nothing_new(const std::vector<std::string>& hidden, const std::vector<std::string>& known,
                         const std::string& name, const std::string& what) {
  std::vector<std::string> others;
  std::set_difference(hidden.begin(), hidden.end(), known.begin(), known.end(), std::back_inserter(others));
  if (others.empty()) return;
  throw VenvError("PYEMBED_VENV_INSTALL_FAILED",
                  "pyembed: " + what + " would hide what the application's packages bring: " + join(others, ", ") +
                      ". '" + name + "' has those packages; an environment that inherits nothing has its own.");
}

}  // namespace

void run_steps(const AppPlace& place, const PipPlace& where, const VenvRecord& record,
               const std::vector<VenvStep>& steps, bool is_offline, const VenvControl& control) {
  for (const VenvStep& step : steps) require_inside(step, record.name);
  const Layout layout = layout_of(record);
  const std::string base = at(place.base.prefix, layout.site_packages);
  if (!exists(at(base, "pip/__main__.py"))) {
    throw VenvError("PYEMBED_VENV_INSTALL_FAILED",
                    "pyembed: the application's Python has no pip in '" + base +
                        "'. Ship the application with pip: do not leave it out when it is deployed.");
  }
  fs::create_directory(native(where.work));
  fs::permissions(native(where.work), fs::perms::owner_all);
  try {
    write_input(where.work, "pip_driver.py", pip_driver_py);
    Run run;
    run.program = at(where.path, layout.python);
    run.inherited = where.lock;
    for (const auto& [name, value] : environment()) {
      if (!is_steering(name)) run.environment.emplace(name, value);
    }
    run.arguments = {"-I", "-X", "utf8", write_input(where.work, "venv_pip.py", venv_pip_py), base};
    JsonArray common{"install",
                     "--disable-pip-version-check", "--no-input", "--progress-bar=off", "--no-compile",
                     "--no-warn-script-location", "--root-user-action=ignore", "--constraint",
                     write_input(where.work, "constraints.txt",
                                 record.inherit == Inherit::Base ? base_constraints(base) : "")};
    if (is_offline) common.push_back("--no-index");
    const auto hidden = [&] {
      return record.inherit == Inherit::Base ? hidden_modules(base, at(where.path, layout.site_packages))
                                             : std::vector<std::string>();
    };
    const std::vector<std::string> known = hidden();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      Run step = run;
      JsonArray words = common;
      const std::vector<std::string> more = pip_arguments(steps[i], i, where.work, is_offline);
      words.insert(words.end(), more.begin(), more.end());
      // The arguments of a process are everybody's to read.
      step.arguments.push_back(
          write_input(where.work, "arguments-" + std::to_string(i) + ".json", format_json_line(words)));
      const std::string what = describe_step(steps[i], i, steps.size());
      run_step(std::move(step), record, what, control);
      require_nothing_new(hidden(), known, record.name, what);
    }
  } catch (...) {
    remove_tree(where.work);
    throw;
  }
  remove_tree(where.work);
}

}  // namespace pyembed::detail
