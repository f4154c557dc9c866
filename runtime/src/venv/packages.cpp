#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "layout.hpp"

#include <algorithm>
#include <iterator>

namespace pyembed::detail {

std::vector<VenvPackage> installed_packages(const std::string& site_packages) {
  const std::string_view end = ".dist-info";
  std::vector<VenvPackage> packages;
  for (const std::string& folder : list_directory(site_packages)) {
    if (!ends_with(folder, end)) continue;
    const std::string name = folder.substr(0, folder.size() - end.size());
    const std::size_t dash = name.rfind('-');
    if (dash == std::string::npos || dash == 0 || dash + 1 == name.size()) continue;
    packages.push_back({name.substr(0, dash), name.substr(dash + 1)});
  }
  std::stable_sort(packages.begin(), packages.end(), [](const VenvPackage& a, const VenvPackage& b) {
    return lower(a.name) < lower(b.name);
  });
  return packages;
}

std::vector<VenvPackage> packages_of(const Venv& venv) {
  return installed_packages(at(text_of(venv.path), layout_of(venv.record).site_packages));
}

std::map<std::string, std::set<std::string>> modules_of(const std::string& site_packages) {
  std::map<std::string, std::set<std::string>> modules;
  for (const std::string& folder : list_directory(site_packages)) {
    if (!ends_with(folder, ".dist-info")) continue;
    std::set<std::string>& names = modules[folder];
    for (const std::string& line : split(try_read_file(at(site_packages, folder + "/RECORD")).value_or(""), '\n')) {
      const std::string path = line.substr(0, line.find(','));
      std::string name = path.substr(0, path.find('/'));
      const bool is_file = name == path;
      const bool is_module = is_file ? contains(name, ".") : !contains(name, ".");
      if (is_module && !name.empty() && name[0] != '"') names.insert(name.substr(0, name.find('.')));
    }
  }
  return modules;
}

namespace {

// What `.pth` files add to `sys.path`, before what the base has: the sources of editable installs.
std::vector<std::string> added_folders(const std::string& site_packages) {
  std::vector<std::string> folders;
  for (const std::string& name : list_directory(site_packages)) {
    if (!ends_with(name, ".pth")) continue;
    for (std::string line : split(try_read_file(at(site_packages, name)).value_or(""), '\n')) {
      line.erase(line.find_last_not_of(" \t\r") + 1);
      if (line.empty() || line[0] == '#' || starts_with(line, "import ") || starts_with(line, "import\t")) continue;
      folders.push_back(text_of(native(site_packages) / native(line)));
    }
  }
  return folders;
}

bool has_code(const std::string& folder, const std::string& module) {
  const std::vector<std::string> names = list_directory(folder);
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) {
    return starts_with(name, module + ".") &&
           (ends_with(name, ".py") || ends_with(name, ".pyc") || ends_with(name, ".so") || ends_with(name, ".pyd"));
  });
}

}  // namespace

std::vector<std::string> hidden_modules(const std::string& base, const std::string& site_packages) {
  std::vector<std::string> folders = added_folders(site_packages);
  folders.push_back(site_packages);
  // A folder without `__init__` is a namespace, which hides nothing.
  const auto has_module = [&](const std::string& module) {
    return std::any_of(folders.begin(), folders.end(), [&](const std::string& folder) {
      return has_code(folder, module) || has_code(at(folder, module), "__init__");
    });
  };
  std::set<std::string> hidden;
  for (const auto& [folder, modules] : modules_of(base)) {
    if (starts_with(folder, "pip-") || exists(at(site_packages, folder))) continue;
    std::copy_if(modules.begin(), modules.end(), std::inserter(hidden, hidden.end()), has_module);
  }
  return {hidden.begin(), hidden.end()};
}

}  // namespace pyembed::detail
