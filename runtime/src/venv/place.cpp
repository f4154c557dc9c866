#include "place.hpp"

#include "../base/files.hpp"
#include "../base/temporary.hpp"
#include "../base/text.hpp"
#include "record.hpp"

namespace pyembed::detail {

namespace {

void require_text(const std::string& what, const std::string& path) {
  if (is_utf8(path)) return;
  throw VenvError("PYEMBED_PATH_UNSUPPORTED",
                  "pyembed: the path of " + what + " is not UTF-8. Declare an id for the application, and move it to "
                  "a folder whose name is text.");
}

bool is_refusal(const std::error_code& error) {
  return error == std::errc::permission_denied || error == std::errc::operation_not_permitted ||
         error == std::errc::read_only_file_system;
}

}  // namespace

std::string venv_path(const std::string& directory, const std::string& name) {
  return join_path(host_system, directory, {name});
}

AppPlace place_app(const VenvApp& app, const VenvBase& base, const std::string& data_home) {
  AppPlace place;
  place.app = {app.name, app.id, app.id.empty() ? app.path : app.id, app.path, abi_tag(base.version, base.pin_id)};
  place.base = base;
  place.data_home = data_home.empty() ? find_data_home() : data_home;
  require_text("the application", place.app.identity);
  require_text("its Python", base.executable);
  require_one_line("the Python", base.executable);
  require_one_line("the data directory", place.data_home);
  place.key = venv_key(place.app.identity, place.app.abi);
  place.directory = join_path(host_system, place.data_home, {folder_name(app.name), place.key});
  return place;
}

AppPlace place_app(const Home& home, const std::string& data_home) {
  const std::string directory = canonical(text_of(home.app_directory));
  const std::string prefix = canonical(text_of(home.prefix));
  const std::string executable = at(prefix, text_of(home.executable.lexically_relative(home.prefix)));
  return place_app({home.name, home.id, app_path(host_system, at(directory, "app"))},
                   {executable, prefix, home.version, home.pin_id}, data_home);
}

std::vector<OtherKey> other_keys(const AppPlace& place) {
  const std::string folder = parent_path(place.directory);
  std::vector<OtherKey> keys;
  for (const std::string& name : list_directory(folder)) {
    if (name == place.key || starts_with(name, ".")) continue;
    const std::string directory = venv_path(folder, name);
    const std::optional<std::string> text = try_read_file(at(directory, app_file_name));
    keys.push_back({name, directory, text ? parse_app(*text) : std::nullopt});
  }
  return keys;
}

bool is_gone(const App& app) { return app.id.empty() && !exists(app.path); }

void record_app(const AppPlace& place) {
  const std::string path = at(place.directory, app_file_name);
  const std::string text = format_app(place.app);
  if (try_read_file(path) == text || !exists(place.directory)) return;
  // With a dot: what a kill leaves is not taken for an environment.
  const std::string hidden = std::string(".") + app_file_name;
  try {
    sweep_temporary(place.directory, hidden);
    const std::string temporary = temporary_name(venv_path(place.directory, hidden));
    write_new(temporary, text);
    rename(temporary, path);
  } catch (const fs::filesystem_error& error) {
    if (!is_refusal(error.code())) throw;
  }
}

}  // namespace pyembed::detail
