// pyembed: find the application's own Python and start it, whatever surrounds the application.
//
//   pyembed::Home home = pyembed::find_home();      // by pyembed-app.json near the executable
//   pyembed::Interpreter interpreter(home);         // isolated; the calling thread holds the GIL
//
// Header only, C++17, nothing but the standard library, Python.h and the system's headers.
#pragma once

#include <pyembed/detail/app_file.hpp>
#include <pyembed/detail/paths.hpp>
#include <Python.h>

#include <filesystem>
#include <string>

#if PY_VERSION_HEX < 0x030B0000
#error "pyembed needs the headers of Python 3.11 or newer"
#endif

namespace pyembed {

// Where the application's Python is, as pyembed-app.json says.
struct Home {
  fs::path app_file;    // pyembed-app.json
  fs::path prefix;      // absolute
  fs::path executable;  // its interpreter, for sys.executable and child processes
  std::string name;
  std::string id;       // empty unless the application declares one
  std::string version;  // "3.14.6"
  std::string pin_id;
};

struct Options {
  // Where Python keeps byte code, absolute. Without it Python writes none: the prefix may be
  // signed, shared or read-only.
  fs::path pycache_prefix;
};

namespace detail {

// "3.14", with "t" for the free-threaded build: what its files and directories are called by.
inline std::string versioned() {
  std::string text = std::to_string(PY_MAJOR_VERSION) + "." + std::to_string(PY_MINOR_VERSION);
#ifdef Py_GIL_DISABLED
  text += "t";
#endif
  return text;
}

#if defined(_WIN32)
inline fs::path interpreter_name() { return "python.exe"; }
inline fs::path stdlib_name() { return "Lib"; }
inline fs::path extensions_name() { return "DLLs"; }
inline fs::path sitelib_name() { return fs::path("Lib") / "site-packages"; }
#else
inline fs::path interpreter_name() { return fs::path("bin") / ("python" + versioned()); }
inline fs::path stdlib_name() { return fs::path("lib") / ("python" + versioned()); }
inline fs::path extensions_name() { return stdlib_name() / "lib-dynload"; }
inline fs::path sitelib_name() { return stdlib_name() / "site-packages"; }
#endif

inline void check(const PyStatus& status) {
  if (!PyStatus_Exception(status)) return;
  throw Error(std::string("pyembed: Python does not start: ") +
              (status.err_msg ? status.err_msg : "it asked to exit") +
              ". Its files may be incomplete: configure the build again, or reinstall the application.");
}

// After pre-initialization only: Python decodes by the UTF-8 mode set there.
inline std::wstring wide(const fs::path& path) {
#if defined(_WIN32)
  return path.wstring();
#else
  wchar_t* decoded = Py_DecodeLocale(path.c_str(), nullptr);
  if (!decoded) throw Error("pyembed: cannot decode the path '" + path.string() + "'");
  std::wstring text(decoded);
  PyMem_RawFree(decoded);
  return text;
#endif
}

}  // namespace detail

// From the executable's directory up, over at most four parents (a bundle in a configuration's
// directory, Debug/App.app/Contents/MacOS, is that deep), the nearest pyembed-app.json decides.
inline Home find_home() {
  const fs::path start = detail::executable_path().parent_path();
  fs::path directory = start;
  for (int parents = 0; !fs::is_regular_file(directory / "pyembed-app.json"); ++parents) {
    if (parents == 4 || directory == directory.parent_path()) {
      throw Error("pyembed: there is no pyembed-app.json in '" + detail::to_utf8(start) + "' or the four directories "
                  "above. Install it, and the Python it names, with the application; or run it from its build tree.");
    }
    directory = directory.parent_path();
  }

  Home home;
  home.app_file = directory / "pyembed-app.json";
  auto members = detail::read_app_file(home.app_file);
  const fs::path prefix = detail::from_utf8(members["prefix"]);
  if (prefix.has_root_path()) {
    throw Error("pyembed: '" + detail::to_utf8(home.app_file) + "' gives the absolute prefix '" + members["prefix"] +
                "'; it must be relative to the file, or the application cannot be moved.");
  }
  home.prefix = (directory / prefix).lexically_normal();
  home.executable = home.prefix / detail::interpreter_name();
  home.name = members["name"];
  home.id = members["id"];
  home.version = members["version"];
  home.pin_id = members["pinId"];

  for (const fs::path& needed : {home.executable, home.prefix / detail::stdlib_name() / "os.py"}) {
    if (!fs::exists(needed)) {
      throw Error("pyembed: the application's Python lacks '" + detail::to_utf8(needed) + "'. The program is made for " +
                  "Python " + detail::versioned() + ", and '" + detail::to_utf8(home.app_file) + "' says Python " + home.version +
                  ". Configure the build again, or reinstall the application.");
    }
  }
  return home;
}

// Python for as long as it lives; one per process. Constructor, destructor and what is between
// belong to one thread, which holds the GIL.
class Interpreter {
 public:
  explicit Interpreter(const Home& home, const Options& options = {}) {
    check_version(home);
    if (Py_IsInitialized()) throw Error("pyembed: Python runs in this process already; there can be one");

    PyPreConfig preconfig;
    PyPreConfig_InitIsolatedConfig(&preconfig);
    preconfig.utf8_mode = 1;  // or the C locale makes file names ASCII
    detail::check(Py_PreInitialize(&preconfig));

    struct Config : PyConfig {
      Config() { PyConfig_InitIsolatedConfig(this); }
      ~Config() { PyConfig_Clear(this); }
    } config;
    const auto set = [&](wchar_t*& field, const fs::path& path) {
      detail::check(PyConfig_SetString(&config, &field, detail::wide(path).c_str()));
    };
    // Everything Python would otherwise compute is given, so that it looks nowhere: not along PATH
    // for itself, not in a compiled-in directory. `home` stays unset; it is cut at `:`.
    set(config.program_name, home.executable);
    set(config.executable, home.executable);
    set(config.base_executable, home.executable);
    set(config.prefix, home.prefix);
    set(config.base_prefix, home.prefix);
    set(config.exec_prefix, home.prefix);
    set(config.base_exec_prefix, home.prefix);
    set(config.stdlib_dir, home.prefix / detail::stdlib_name());
    for (const fs::path& name : {detail::stdlib_name(), detail::extensions_name(), detail::sitelib_name()}) {
      detail::check(PyWideStringList_Append(&config.module_search_paths, detail::wide(home.prefix / name).c_str()));
    }
    config.module_search_paths_set = 1;
    config.pathconfig_warnings = 0;
    config.install_signal_handlers = 0;
    config.write_bytecode = options.pycache_prefix.empty() ? 0 : 1;
    if (!options.pycache_prefix.empty()) set(config.pycache_prefix, options.pycache_prefix);

    detail::check(Py_InitializeFromConfig(&config));
  }

  ~Interpreter() { Py_FinalizeEx(); }

  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

 private:
  // The library that was loaded against what the application was built for and shipped with.
  static void check_version(const Home& home) {
    const std::string text = Py_GetVersion();  // "3.14.6 (main, ..."
    const std::string loaded = text.substr(0, text.find_first_of(" +"));
    const std::string minor = std::to_string(PY_MAJOR_VERSION) + "." + std::to_string(PY_MINOR_VERSION) + ".";
    if (loaded != home.version || loaded.compare(0, minor.size(), minor) != 0) {
      throw Error("pyembed: the Python library that was loaded is " + loaded + ", '" + detail::to_utf8(home.app_file) +
                  "' says " + home.version + ", and the application was compiled with the headers of " PY_VERSION
                  ". Configure and build again, or reinstall the application.");
    }
  }
};

}  // namespace pyembed
