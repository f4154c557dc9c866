// What is done with environments; one file each.
#pragma once

#include "lock.hpp"
#include "look.hpp"
#include "place.hpp"

#include <pyembed/venv.hpp>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace pyembed::detail {

// Installs nothing and needs no network; puts right what a dead process left, and the base of an application that
// moved. Never Unfinished; Stale when its base is gone and others use it.
Found open_venv(const AppPlace& place, const std::string& name);
// What is there for who has the exclusive lock: put right, and with the application's base. Never Unfinished or Stale.
Found look_locked(const AppPlace& place, const std::string& name);
// For who can go on with nothing else. Throws VenvError by its state.
Venv require_venv(const AppPlace& place, const std::string& name);

CreatedVenv create_venv(const AppPlace& place, const std::string& name, Inherit inherit);
VenvRecord new_record(const AppPlace& place, const std::string& name, Inherit inherit);

bool remove_venv(const std::string& directory, const std::string& name, const VenvControl& control);
// Removes the folder of an application that has no environments, and nobody makes one.
void tidy_after(const std::string& directory);
// Who started an interpreter by hand has no lock. Throws VenvInUse.
void require_no_interpreter(const std::string& venv, const std::string& name);
// Processes of this user that were started by a path inside an environment. Linux only: elsewhere none are found.
std::vector<VenvHolder> find_interpreters(const std::string& venv);

// By the names of metadata folders, sorted.
std::vector<VenvPackage> installed_packages(const std::string& site_packages);
std::vector<VenvPackage> packages_of(const Venv& venv);
// By metadata folder, what can be imported: top-level names in its RECORD.
std::map<std::string, std::set<std::string>> modules_of(const std::string& site_packages);
// What can be imported from packages of a base and would come from an environment instead. Not what the environment
// has in the same version, nor pip, which does not matter to anybody.
std::vector<std::string> hidden_modules(const std::string& base, const std::string& site_packages);

// Of `folder` alone when it is not empty. Only reads.
std::vector<ListedVenv> list_venvs(const std::string& data_home, const std::string& folder);
// The `site-packages` of an environment that something else made; empty when it has none.
std::string foreign_site_packages(const std::string& path);

VenvPruned prune_venvs(const std::string& data_home, std::optional<int> older_than_days, bool is_dry_run,
                       const VenvControl& control);

VenvCommand venv_command(const Venv& venv, const std::vector<std::string>& arguments);

VenvInstalled install_in_venv(const AppPlace& place, const std::string& name, const std::vector<VenvStep>& steps,
                              const VenvInstallOptions& options, const VenvControl& control);

VenvRepaired repair_venv(const AppPlace& place, const std::string& name, const VenvControl& control);

VenvAdopted adopt_venvs(const AppPlace& place, const std::string& old_key, const VenvControl& control);

// Notes that an environment is used, once an hour; where nothing may be written it is not noted.
void note_use(const std::string& venv);

}  // namespace pyembed::detail
