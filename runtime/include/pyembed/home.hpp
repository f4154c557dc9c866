// Where the application's own Python is. Header only, C++17, nothing but the standard library and
// the system's headers.
//
//   pyembed::Home home = pyembed::find_home();      // by pyembed-app.json near the executable
#pragma once

#include <pyembed/detail/app_file.hpp>
#include <pyembed/detail/layout.hpp>
#include <pyembed/detail/paths.hpp>
#include <pyembed/error.hpp>

#include <string>

namespace pyembed {

// The Python of the application, as pyembed-app.json says; the same for build tree and installed tree.
struct Home {
  fs::path app_file;       // pyembed-app.json
  fs::path app_directory;  // canonical folder of the running executable
  fs::path prefix;         // absolute
  fs::path executable;     // its interpreter, for sys.executable and child processes
  fs::path stdlib;         // the standard library, lib/python3.14
  fs::path site_packages;  // the application's packages
  std::string name;
  std::string id;          // empty unless the application declares one
  std::string version;     // "3.14.6"
  std::string pin_id;
};

namespace detail {

// In a bundle of macOS nothing lies in Contents itself, which is not sealed there.
inline fs::path app_file_in(const fs::path& directory) {
  const char* const name = "pyembed-app.json";
  if (fs::is_regular_file(directory / name)) return directory / name;
  const fs::path in_bundle = directory / "Resources" / name;
  return directory.filename() == "Contents" && fs::is_regular_file(in_bundle) ? in_bundle : fs::path();
}

}  // namespace detail

// From the executable's directory up, over at most four parents (a bundle in a configuration's
// directory, Debug/App.app/Contents/MacOS, is that deep), the nearest pyembed-app.json decides; of
// a bundle that in Contents/Resources.
// Throws AppFileError: none there, a damaged one, a Python that is incomplete.
inline Home find_home() {
  const fs::path start = detail::executable_path().parent_path();
  fs::path directory = start;
  fs::path app_file = detail::app_file_in(directory);
  for (int parents = 0; app_file.empty(); ++parents) {
    if (parents == 4 || directory == directory.parent_path()) {
      throw AppFileError("pyembed: there is no pyembed-app.json in '" + detail::to_utf8(start) + "' or the four directories "
                  "above. Install it, and the Python it names, with the application; or run it from its build tree.");
    }
    directory = directory.parent_path();
    app_file = detail::app_file_in(directory);
  }

  Home home;
  home.app_file = app_file;
  auto members = detail::read_app_file(home.app_file);
  const fs::path prefix = detail::from_utf8(members["prefix"]);
  home.app_directory = start;
  home.prefix = (app_file.parent_path() / prefix).lexically_normal();
  home.name = members["name"];
  home.id = members["id"];
  home.version = members["version"];
  home.pin_id = members["pinId"];
  const std::string versioned = detail::versioned(home.version, home.pin_id);
  home.executable = home.prefix / detail::interpreter_name(versioned);
  home.stdlib = home.prefix / detail::stdlib_name(versioned);
  home.site_packages = home.stdlib / "site-packages";

  for (const fs::path& needed : {home.executable, home.stdlib / "os.py"}) {
    if (!fs::exists(needed)) {
      throw AppFileError("pyembed: the application's Python lacks '" + detail::to_utf8(needed) + "', and '" +
                  detail::to_utf8(home.app_file) + "' says Python " + home.version +
                  ". Configure the build again, or reinstall the application.");
    }
  }
  return home;
}

}  // namespace pyembed
