#include "recover.hpp"

#include "../base/files.hpp"
#include "../base/temporary.hpp"
#include "../base/text.hpp"
#include "look.hpp"

namespace pyembed::detail {

std::string stage_path(const std::string& directory, const std::string& name) {
  return temporary_name(venv_path(directory, "." + name));
}

void recover(const std::string& directory, const std::string& name) {
  const std::string hidden = "." + name;
  const std::string path = venv_path(directory, name);
  const std::string next = venv_path(directory, hidden + ".next"), old = venv_path(directory, hidden + ".old");
  if (exists(next)) {
    const Verdict verdict = read_record(directory, hidden + ".next").verdict;
    if (verdict == Verdict::Newer) return;  // a newer pyembed will finish it
    if (verdict == Verdict::Valid) {
      put_in_place(directory, name);
    } else {
      remove_tree(next);
    }
  } else if (!is_there(path) && exists(old)) {
    rename(old, path);
  }
  for (const std::string& found : list_directory(directory)) {
    if (starts_with(found, hidden + ".tmp-") || found == hidden + ".old") remove_tree(venv_path(directory, found));
  }
}

void put_in_place(const std::string& directory, const std::string& name) {
  const std::string path = venv_path(directory, name);
  const std::string next = venv_path(directory, "." + name + ".next"), old = venv_path(directory, "." + name + ".old");
  if (is_there(path)) {
    remove_tree(old);
    rename(path, old);
  }
  rename(next, path);
  remove_tree(old);
}

void remove_whole(const std::string& directory, const std::string& name) {
  const std::string path = venv_path(directory, name);
  if (!is_there(path)) return;
  const std::string garbage = stage_path(directory, name);
  rename(path, garbage);
  remove_tree(garbage);
}

}  // namespace pyembed::detail
