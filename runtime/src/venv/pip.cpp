#include "pip.hpp"

#include "../base/files.hpp"
#include "../base/process.hpp"
#include "../base/text.hpp"
#include "layout.hpp"
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

std::string write_input(const std::string& work, const std::string& name, const std::string& text) {
  const std::string path = venv_path(work, name);
  write_new(path, ends_with(text, "\n") ? text : text + "\n");
  return path;
}

// As shlex reads it, which pip splits lines of requirement files with.
std::string quote_line(const std::string& text) { return "'" + replace_all(text, "'", "'\"'\"'") + "'"; }

std::string absolute_if_path(const std::string& text) {
  const std::size_t separator = text.find_first_of("\\/");
  const bool is_path = separator != std::string::npos && text.find('@') >= separator && !contains(text, "://") &&
                       exists(text);
  return is_path ? text_of(fs::absolute(native(text)).lexically_normal()) : text;
}

std::string absolute_link(const std::string& text) {
  const bool is_url = contains(text, "://") || starts_with(text, "file:");
  return is_url ? text : text_of(fs::absolute(native(text)).lexically_normal());
}

// A line of a file of requirements for another folder: pip takes what it names by `-r` or `-c` relative to the file.
std::string absolute_reference(const std::string& line, const std::string& folder) {
  const std::size_t start = std::min(line.find_first_not_of(" \t"), line.size());
  for (const std::string option : {"--requirement", "--constraint", "-r", "-c"}) {
    if (line.compare(start, option.size(), option) != 0) continue;
    const std::size_t end = start + option.size();
    const std::size_t name_start = line.find_first_not_of(" \t=", end);
    if (name_start == std::string::npos || contains("'\"#-", line.substr(name_start, 1))) return line;
    if (option[1] == '-' && name_start == end) return line;
    const std::size_t name_end = std::min(line.find_first_of(" \t\r", name_start), line.size());
    const std::string name = line.substr(name_start, name_end - name_start);
    if (contains(name, "://")) return line;
    const fs::path path = (native(folder) / native(name)).lexically_normal();
    return line.substr(0, end) + " " + quote_line(text_of(path)) + line.substr(name_end);
  }
  return line;
}

std::string absolute_references(const std::string& text, const std::string& folder) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) line = absolute_reference(line, folder);
  return join(lines, "\n");
}

// What an address is in goes through a file: the arguments of a process are everybody's to read.
std::vector<std::string> pip_arguments(const VenvStep& step, std::size_t index, const std::string& work,
                                       bool is_offline) {
  std::vector<std::string> arguments = step.options;
  std::vector<std::string> lines;
  if (!is_offline && !step.index_url.empty()) lines.push_back("--index-url " + quote_line(step.index_url));
  for (const std::string& url : step.extra_index_urls) {
    if (!is_offline) lines.push_back("--extra-index-url " + quote_line(url));
  }
  for (const std::string& link : step.find_links) {
    if (contains(link, "://")) {
      lines.push_back("--find-links " + quote_line(link));
    } else {
      arguments.insert(arguments.end(), {"--find-links", link});
    }
  }
  if (step.require_hashes) arguments.push_back("--require-hashes");
  std::vector<std::string> plain;
  for (const std::string& requirement : step.requirements) {
    const bool is_line = contains(requirement, "://") || contains(requirement, " --hash");
    (is_line ? lines : plain).push_back(requirement);
  }
  const std::string start = "step-" + std::to_string(index);
  if (!lines.empty()) {
    arguments.insert(arguments.end(), {"--requirement", write_input(work, start + ".txt", join(lines, "\n"))});
  }
  for (std::size_t i = 0; i < step.requirement_files.size(); ++i) {
    const VenvRequirementFile& file = step.requirement_files[i];
    const bool is_there = try_read_file(file.name) == file.text;
    const std::string moved = absolute_references(file.text, parent_path(file.name));
    const std::string copy = start + "-" + std::to_string(i) + ".txt";
    arguments.insert(arguments.end(), {"--requirement", is_there ? file.name : write_input(work, copy, moved)});
  }
  arguments.push_back("--");
  arguments.insert(arguments.end(), plain.begin(), plain.end());
  return arguments;
}

std::string describe_step(const VenvStep& step, std::size_t index, std::size_t count) {
  std::vector<std::string> what = without_secrets(step).requirements;
  for (const VenvRequirementFile& file : step.requirement_files) what.push_back(file.name);
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
  bool is_conflict = false;
  run.is_cancelled = control.is_cancelled;
  run.on_line = [&](const std::string& line) {
    if (starts_with(line, "ERROR: ")) errors.push_back(line.substr(7));
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
                      (errors.empty() ? result.reason : join(errors, "; ")) +
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

// Without user and password of addresses in it: all up to the last `@` before the path.
std::string without_user(std::string text) {
  for (std::size_t start = 0; (start = text.find("://", start)) != std::string::npos;) {
    start += 3;
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\v\f/\"", start), text.size());
    const std::size_t mark = text.rfind('@', end);
    if (end > start && mark != std::string::npos && mark >= start && mark < end) text.erase(start, mark + 1 - start);
  }
  return text;
}

}  // namespace

VenvStep complete_step(VenvStep step) {
  for (std::string& requirement : step.requirements) requirement = absolute_if_path(requirement);
  for (std::string& link : step.find_links) link = absolute_link(link);
  return step;
}

VenvStep without_secrets(VenvStep step) {
  const auto clean = [](std::vector<std::string>& list) {
    std::transform(list.begin(), list.end(), list.begin(), without_user);
  };
  clean(step.requirements);
  clean(step.extra_index_urls);
  clean(step.find_links);
  clean(step.options);
  step.index_url = without_user(step.index_url);
  for (VenvRequirementFile& file : step.requirement_files) {
    file.name = without_user(file.name);
    file.text = without_user(file.text);
  }
  return step;
}

void run_steps(const AppPlace& place, const PipPlace& where, const VenvRecord& record,
               const std::vector<VenvStep>& steps, bool is_offline, const VenvControl& control) {
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
    run.arguments = {"-I", "-X", "utf8", write_input(where.work, "venv_pip.py", venv_pip_py), base, "install",
                     "--disable-pip-version-check", "--no-input", "--progress-bar=off", "--no-compile",
                     "--no-warn-script-location", "--root-user-action=ignore", "--constraint",
                     write_input(where.work, "constraints.txt",
                                 record.inherit == Inherit::Base ? base_constraints(base) : "")};
    if (is_offline) run.arguments.push_back("--no-index");
    const auto hidden = [&] {
      return record.inherit == Inherit::Base ? hidden_modules(base, at(where.path, layout.site_packages))
                                             : std::vector<std::string>();
    };
    const std::vector<std::string> known = hidden();
    for (std::size_t i = 0; i < steps.size(); ++i) {
      Run step = run;
      const std::vector<std::string> more = pip_arguments(steps[i], i, where.work, is_offline);
      step.arguments.insert(step.arguments.end(), more.begin(), more.end());
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
