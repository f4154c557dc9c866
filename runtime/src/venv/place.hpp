// An application, its Python, and where its environments for that Python are.
#pragma once

#include "app.hpp"
#include "data_home.hpp"

#include <pyembed/venv.hpp>

#include <optional>
#include <string>
#include <vector>

namespace pyembed::detail {

struct AppPlace {
  App app;
  VenvBase base;
  std::string data_home;
  std::string key;
  std::string directory;  // <data home>/<App>_venvs/<KEY>
};

// Where the environment of that name is; or what is beside it, by a name with a dot.
std::string venv_path(const std::string& directory, const std::string& name);

// Throws VenvError (PYEMBED_PATH_UNSUPPORTED).
AppPlace place_app(const VenvApp& app, const VenvBase& base, const std::string& data_home);
// By what the application is shipped with.
AppPlace place_app(const Home& home, const std::string& data_home);

// Another folder of an application of the same name.
struct OtherKey {
  std::string key;
  std::string directory;
  std::optional<App> app;  // nothing when it has no readable app.json
};
std::vector<OtherKey> other_keys(const AppPlace& place);

// Whether an application that has no id is no longer where it was.
bool is_gone(const App& app);

// Says in `app.json` which application this is, and where it is now. Where nothing may be written nothing is.
void record_app(const AppPlace& place);

}  // namespace pyembed::detail
