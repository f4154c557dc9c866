#include "layout.hpp"

#include "../base/text.hpp"

#include <cstdlib>

namespace pyembed::detail {

const char* const pip_shim_path = "pip/__init__.py";

const char* const pip_shim = R"(# pip of the application's Python; an installed pip takes the place of this file.
import os
import sys
import sysconfig

__path__ = [os.path.join(sysconfig.get_path("purelib", vars={"base": sys.base_prefix}), "pip")]
__file__ = os.path.join(__path__[0], "__init__.py")
with open(__file__, encoding="utf-8") as source:
    exec(compile(source.read(), __file__, "exec"))
)";

namespace {

// Of a path of any system.
std::string directory_of(const std::string& path) {
  const std::size_t end = path.find_last_of(starts_with(path, "/") ? "/" : "\\/");
  if (end == std::string::npos) return ".";
  if (end == 0) return path.substr(0, 1);
  return end == 2 && path[1] == ':' ? path.substr(0, 3) : path.substr(0, end);
}

}  // namespace

Layout layout(System system, const std::string& abi, const std::string& executable) {
  std::string minor = abi.substr(abi.size() > 3 ? 3 : abi.size());
  const std::string threads = ends_with(minor, "t") ? "t" : "";
  if (!threads.empty()) minor.pop_back();
  if (system == System::Windows) {
    const std::string launchers = directory_of(executable) + "\\Lib\\venv\\scripts\\nt\\";
    const bool is_old = std::atoi(minor.c_str()) < 13;
    return {{"Include", "Lib", "Lib/site-packages", "Scripts"},
            {},
            {{"Scripts/python.exe", launchers + (is_old ? "python" : "venvlauncher" + threads) + ".exe"},
             {"Scripts/pythonw.exe", launchers + (is_old ? "pythonw" : "venvwlauncher" + threads) + ".exe"}},
            "Scripts/python.exe",
            "Scripts",
            "Lib/site-packages"};
  }
  const std::string name = "python3." + minor + threads;
  Layout made{{"bin", "include", "lib", "lib/" + name, "lib/" + name + "/site-packages"},
              {{"bin/" + name, executable}, {"bin/python", name}, {"bin/python3", name}},
              {},
              "bin/python",
              "bin",
              "lib/" + name + "/site-packages"};
  if (system == System::Linux) made.links.emplace_back("lib64", "lib");
  return made;
}

Layout layout_of(const VenvRecord& record) { return layout(host_system, record.abi, record.base.executable); }

std::string format_cfg(const CfgInputs& inputs) {
  std::string app = inputs.app;
  for (char& c : app) {
    const auto code = static_cast<unsigned char>(c);
    if (code < 0x20 || code == 0x7f) c = '_';
  }
  return "home = " + directory_of(inputs.executable) +
         "\ninclude-system-site-packages = " + (inputs.inherit == Inherit::Base ? "true" : "false") +
         "\nversion = " + inputs.version + "\nexecutable = " + inputs.executable +
         "\npyembed-format = 1\npyembed-app = " + app + "\npyembed-key = " + inputs.key + "\n";
}

std::optional<std::string> read_cfg(const std::string& text, const std::string& key) {
  for (std::size_t start = 0; start <= text.size();) {
    std::size_t end = text.find_first_of("\r\n", start);
    if (end == std::string::npos) end = text.size();
    const std::string line = text.substr(start, end - start);
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos && lower(trim(line.substr(0, equals))) == key) return trim(line.substr(equals + 1));
    start = end + 1;
  }
  return std::nullopt;
}

}  // namespace pyembed::detail
