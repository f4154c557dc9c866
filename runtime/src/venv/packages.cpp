#include "verbs.hpp"

#include "../base/files.hpp"
#include "../base/text.hpp"
#include "layout.hpp"

#include <algorithm>

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

}  // namespace pyembed::detail
