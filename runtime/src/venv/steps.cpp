#include "steps.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "layout.hpp"
#include "pip_options.hpp"
#include "place.hpp"

#include <algorithm>
#include <iterator>

namespace pyembed::detail {

namespace {

// As shlex reads it, which pip splits lines of requirement files with.
std::string quote_line(const std::string& text) { return "'" + replace_all(text, "'", "'\"'\"'") + "'"; }

bool is_archive(const std::string& path) {
  const std::string name = lower(path.substr(0, path.find('[')));
  for (const char* end : {".whl", ".zip", ".tar", ".tgz", ".tbz", ".tlz", ".txz"}) {
    if (ends_with(name, end)) return true;
  }
  return contains(name, ".tar.");
}

// A requirement that is a file or folder, as pip tells them from names.
std::string absolute_if_path(const std::string& text) {
  const std::size_t separator = text.find_first_of("\\/");
  const bool has_folder = separator != std::string::npos && text.find('@') >= separator;
  return has_folder || starts_with(text, ".") || is_archive(text) ? absolute_path(text) : text;
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

// Whether a requirement has to be a line of a file.
bool is_line(const std::string& requirement) { return contains(requirement, " --hash"); }

}  // namespace

VenvStep complete_step(VenvStep step) {
  for (std::string& requirement : step.requirements) requirement = absolute_if_path(requirement);
  for (std::string& link : step.find_links) link = absolute_link(link);
  step.options = absolute_options(std::move(step.options));
  return step;
}

VenvStep without_secrets(VenvStep step) {
  const auto clean = [](std::vector<std::string>& list) {
    std::transform(list.begin(), list.end(), list.begin(), without_users);
  };
  clean(step.requirements);
  clean(step.extra_index_urls);
  clean(step.find_links);
  step.options = without_proxy_user(std::move(step.options));
  clean(step.options);
  step.index_url = without_users(step.index_url);
  for (VenvRequirementFile& file : step.requirement_files) {
    file.name = without_users(file.name);
    file.text = without_users(file.text);
  }
  return step;
}

std::string without_users(std::string text) {
  for (std::size_t start = 0; (start = text.find("://", start)) != std::string::npos;) {
    start += 3;
    // All up to the last `@` before the path: a password may hold one.
    const std::size_t end = std::min(text.find_first_of(" \t\r\n\v\f/\"", start), text.size());
    const std::size_t mark = text.rfind('@', end);
    if (end <= start || mark == std::string::npos || mark < start || mark >= end) continue;
    // Over ssh a user is no secret, and no other one gets in: `git+ssh://git@…`.
    const std::string user = text.substr(start, mark - start);
    const bool is_ssh = start >= 6 && text.compare(start - 6, 3, "ssh") == 0;
    if (!is_ssh || contains(user, ":")) text.erase(start, mark + 1 - start);
  }
  return text;
}

std::string write_input(const std::string& work, const std::string& name, const std::string& text) {
  const std::string path = venv_path(work, name);
  write_new(path, ends_with(text, "\n") ? text : text + "\n");
  return path;
}

std::vector<std::string> pip_arguments(const VenvStep& step, std::size_t index, const std::string& work,
                                       bool is_offline) {
  std::vector<std::string> arguments = step.options;
  const auto add = [&](const std::string& option, const std::string& value) {
    arguments.insert(arguments.end(), {option, value});
  };
  if (!is_offline && !step.index_url.empty()) add("--index-url", step.index_url);
  for (const std::string& url : step.extra_index_urls) {
    if (!is_offline) add("--extra-index-url", url);
  }
  for (const std::string& link : step.find_links) add("--find-links", link);
  if (step.require_hashes) arguments.push_back("--require-hashes");
  std::vector<std::string> lines;
  std::copy_if(step.requirements.begin(), step.requirements.end(), std::back_inserter(lines), is_line);
  const std::string start = "step-" + std::to_string(index);
  if (!lines.empty()) add("--requirement", write_input(work, start + ".txt", join(lines, "\n")));
  for (std::size_t i = 0; i < step.requirement_files.size(); ++i) {
    const VenvRequirementFile& file = step.requirement_files[i];
    const bool is_there = try_read_file(file.name) == file.text;
    const std::string moved = absolute_references(file.text, parent_path(file.name));
    const std::string copy = start + "-" + std::to_string(i) + ".txt";
    add("--requirement", is_there ? file.name : write_input(work, copy, moved));
  }
  arguments.push_back("--");
  std::remove_copy_if(step.requirements.begin(), step.requirements.end(), std::back_inserter(arguments), is_line);
  return arguments;
}

}  // namespace pyembed::detail
