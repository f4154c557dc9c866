// pyembed: find the application's own Python and start it, whatever surrounds the application.
//
//   pyembed::Home home = pyembed::find_home();      // by pyembed-app.json near the executable
//   pyembed::Interpreter interpreter(home);         // isolated; the calling thread holds the GIL
//
// Header only, C++17, nothing but the standard library, Python.h and the system's headers. It links Python; what finds
// it (home.hpp) and its environments (venv.hpp) do not.
#pragma once

#include <pyembed/home.hpp>
#include <pyembed/venv_types.hpp>
#include <Python.h>

#include <filesystem>
#include <string>
#include <vector>

#if PY_VERSION_HEX < 0x030B0000
#error "pyembed needs the headers of Python 3.11 or newer"
#endif

namespace pyembed {

struct Options {
  // Where Python keeps byte code, absolute. Without it Python writes none: the prefix may be
  // signed, shared or read-only.
  fs::path pycache_prefix;
  // A virtual environment that is open (pyembed/venv.hpp): its packages come first, then those of the application if
  // it inherits them. Hold its lease as long as Python runs.
  const Venv* venv = nullptr;
};

namespace detail {

#if defined(_WIN32)
inline fs::path extensions(const Home& home) { return home.prefix / "DLLs"; }
#else
inline fs::path extensions(const Home& home) { return home.stdlib / "lib-dynload"; }
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
    const fs::path executable = options.venv ? options.venv->python : home.executable;
    const fs::path prefix = options.venv ? options.venv->path : home.prefix;
    set(config.program_name, executable);
    set(config.executable, executable);
    set(config.base_executable, home.executable);
    set(config.prefix, prefix);
    set(config.base_prefix, home.prefix);
    set(config.exec_prefix, prefix);
    set(config.base_exec_prefix, home.prefix);
    set(config.stdlib_dir, home.stdlib);
    std::vector<fs::path> search{home.stdlib, detail::extensions(home)};
    // Of an environment `site` adds them, by its pyvenv.cfg.
    if (!options.venv) search.push_back(home.site_packages);
    for (const fs::path& path : search) {
      detail::check(PyWideStringList_Append(&config.module_search_paths, detail::wide(path).c_str()));
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
