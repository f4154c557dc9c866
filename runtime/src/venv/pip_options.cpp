#include "pip_options.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"

#include <pyembed/venv.hpp>

#include <algorithm>

namespace pyembed::detail {

namespace {

// An option with its value, if that is in the same word: `--target=/x`, `-t/x`, `-Ut/x`; else it is the next word.
struct OptionWord {
  std::string name;
  std::string start;
  std::string value;
};

OptionWord read_word(const std::string& word) {
  if (starts_with(word, "--")) {
    const std::size_t end = std::min(word.find('='), word.size());
    const std::size_t value = std::min(end + 1, word.size());
    return {word.substr(0, end), word.substr(0, value), word.substr(value)};
  }
  const std::size_t at = starts_with(word, "-") ? word.find_first_not_of("IUqv", 1) : std::string::npos;
  if (at == std::string::npos || word[at] < 'a' || word[at] > 'z') return {"", "", word};
  return {std::string("-") + word[at], word.substr(0, at + 1), word.substr(at + 1)};
}

bool is_one_of(const std::string& name, const std::vector<std::string>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Long names may be cut as long as they mean one thing, as pip reads them: `--targ`.
bool is_elsewhere(const std::string& name) {
  return is_one_of(name, {"-t", "--prefi", "--prefix", "--root", "--user"}) || starts_with(name, "--ta") ||
         starts_with(name, "--dr");
}

bool is_editable(const std::string& name) { return name == "-e" || starts_with(name, "--ed"); }

bool is_proxy(const std::string& name) { return name == "--prox" || name == "--proxy"; }

bool is_path_option(const std::string& name) {
  return is_editable(name) || is_one_of(name, {"-c", "-f", "-r", "--requirement", "--constraint", "--build-constraint",
                                               "--find-links", "--cert", "--client-cert"});
}

// Changes what options of this name are given, in the same word or in the next one.
template <typename Change>
std::vector<std::string> change_values(std::vector<std::string> words, bool (*is_wanted)(const std::string&),
                                       Change change) {
  OptionWord before;
  for (std::string& word : words) {
    OptionWord own = read_word(word);
    if (!own.name.empty()) {
      if (!own.value.empty() && is_wanted(own.name)) word = own.start + change(own.value);
    } else if (before.value.empty() && is_wanted(before.name)) {
      word = change(word);
    }
    before = std::move(own);
  }
  return words;
}

}  // namespace

void require_inside(const VenvStep& step, const std::string& name) {
  for (const std::string& word : step.options) {
    const std::string option = read_word(word).name;
    if (!is_elsewhere(option)) continue;
    throw VenvError("PYEMBED_VENV_OPTION",
                    "pyembed: '" + option + "' would not install into '" + name + "'. Leave it out.");
  }
  for (const std::string& editable : editables_of(step.options)) {
    if (!contains(editable, "://")) continue;
    throw VenvError("PYEMBED_VENV_OPTION",
                    "pyembed: an editable install needs a folder of the user's. Check the source out and name its "
                    "folder, or install it as a requirement.");
  }
}

std::vector<std::string> editables_of(std::vector<std::string> options) {
  std::vector<std::string> found;
  change_values(std::move(options), is_editable, [&](const std::string& value) {
    found.push_back(value);
    return value;
  });
  return found;
}

std::vector<std::string> absolute_options(std::vector<std::string> options) {
  return change_values(std::move(options), is_path_option, absolute_path);
}

std::vector<std::string> without_proxy_user(std::vector<std::string> options) {
  return change_values(std::move(options), is_proxy, [](const std::string& value) {
    const std::size_t scheme = value.find("://");
    const std::size_t start = scheme == std::string::npos ? 0 : scheme + 3;
    const std::size_t mark = value.rfind('@');
    return mark == std::string::npos || mark < start ? value : value.substr(0, start) + value.substr(mark + 1);
  });
}

std::string absolute_path(const std::string& text) {
  const std::size_t bracket = ends_with(text, "]") ? text.rfind('[') : std::string::npos;
  const std::string name = text.substr(0, bracket);
  if (name.empty() || contains(name, "://") || !exists(name)) return text;
  std::string path = text_of(fs::absolute(native(name)).lexically_normal());
  // `.` ends with a separator then.
  if (path.size() > 1 && (path.back() == '/' || path.back() == '\\')) path.pop_back();
  return path + text.substr(name.size());
}

}  // namespace pyembed::detail
