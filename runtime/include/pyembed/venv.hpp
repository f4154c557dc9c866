// Virtual environments of the application, shared with `pyembed venv`. Link pyembed::venv; no Python is linked.
//
//   const pyembed::Venvs venvs(pyembed::find_home());
//   pyembed::OpenedVenv opened = venvs.open("segmentation");
//   if (opened.state == pyembed::VenvState::Missing) opened.venv = venvs.create("segmentation").venv;
//   const pyembed::VenvLease lease = venvs.lease(opened.venv.name);     // nobody changes it meanwhile
//   pyembed::VenvCommand command = venvs.command(opened.venv, {"python", "-m", "tool"});
//
// docs/venv-contract.md has every rule, to the byte. Text is UTF-8. All functions may be called from any thread; what
// they throw is an Error, mostly a VenvError.
#pragma once

#include <pyembed/error.hpp>
#include <pyembed/home.hpp>
#include <pyembed/venv_types.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace pyembed {

// Why something was not done. `code` is that of the CLI (docs/errors.md).
class VenvError : public Error {
 public:
  VenvError(std::string error_code, const std::string& what) : Error(what), code(std::move(error_code)) {}
  std::string code;
};

struct VenvHolder {
  std::string program;
  std::string host;
  std::int64_t pid = 0;
  std::string purpose;  // create install remove repair adopt relink run
  bool is_here = true;  // false: of another host or container
  std::string file;     // what tells of it; empty for who was started by hand
};

// PYEMBED_VENV_IN_USE: who uses it.
class VenvInUse : public VenvError {
 public:
  VenvInUse(const std::string& what, std::vector<VenvHolder> who)
      : VenvError("PYEMBED_VENV_IN_USE", what), holders(std::move(who)) {}
  std::vector<VenvHolder> holders;
};

// PYEMBED_CANCELLED: VenvControl::is_cancelled said so; the environment is as it was.
class VenvCancelled : public VenvError {
 public:
  VenvCancelled() : VenvError("PYEMBED_CANCELLED", "pyembed: cancelled") {}
};

// For what takes long. Both are called from the calling thread.
struct VenvControl {
  std::function<void(const std::string& line)> progress;
  std::function<bool()> is_cancelled;  // is asked at least every 0.2 s
};

// As long as it lives nobody installs into an environment or removes it. Who runs an interpreter in one holds it.
class VenvLease {
 public:
  struct State;
  explicit VenvLease(std::unique_ptr<State> state);
  ~VenvLease();
  VenvLease(VenvLease&&) noexcept;
  VenvLease& operator=(VenvLease&&) noexcept;

  // False when it was lent to an installation, and another process had the environment to itself before it was back.
  bool is_held() const;

  State& state() const { return *state_; }

 private:
  std::unique_ptr<State> state_;
};

// For QProcess and its like: `program` is a file, `environment` all variables there should be.
struct VenvCommand {
  fs::path program;
  std::vector<std::string> arguments;
  std::map<std::string, std::string> environment;
};

struct VenvInstallOptions {
  // The lease that this process has of the environment, if it has one: it is lent to the installation.
  VenvLease* lease = nullptr;
  // The names in sys.modules of the interpreter that runs in it.
  std::vector<std::string> loaded_modules;
  bool is_offline = false;  // pip asks no index
};

struct VenvInstalled {
  Venv venv;
  std::vector<VenvPackage> packages;
  // Empty: installed. Else the process must be restarted, since these of `loaded_modules` changed; or, on Windows,
  // since files in use could not be replaced yet (then it is `{}` with `is_pending`).
  std::vector<std::string> restart_required;
  bool is_pending = false;
};

enum class VenvRepaired { Nothing, Files, Rebuilt };

struct VenvAdopted {
  std::vector<std::string> adopted;
  std::map<std::string, std::string> left;  // name → why
};

struct VenvPruned {
  std::vector<ListedVenv> removed;          // with is_dry_run: what would be
  std::map<std::string, std::string> kept;  // path → who uses it
};

// An application as it is known by its environments.
struct VenvApp {
  std::string name;
  std::string id;    // empty unless it declares one
  std::string path;  // canonical directory of its executable, or its bundle
};

// The environments of an application. Nothing is read or written before a function is called.
class Venvs {
 public:
  // `data_home` empty: that of the user. Throws VenvError (PYEMBED_HOME_UNKNOWN, PYEMBED_PATH_UNSUPPORTED).
  explicit Venvs(const Home& home, const fs::path& data_home = {});
  // For an application that does not deploy its Python with pyembed.
  Venvs(const VenvApp& app, const VenvBase& base, const fs::path& data_home = {});
  ~Venvs();
  Venvs(Venvs&&) noexcept;
  Venvs& operator=(Venvs&&) noexcept;

  const std::string& key() const;
  fs::path directory() const;              // <data home>/<App>_venvs/<KEY>
  fs::path path(const std::string& name) const;  // where it is or would be

  // Installs nothing, needs no network. Puts right what a process left that died, and the base of an application that
  // moved or was patched; only where it cannot be used without that does it wait for who changes it meanwhile.
  OpenedVenv open(const std::string& name) const;
  // open(), or a VenvError that says what to do.
  Venv require(const std::string& name) const;
  // Makes one, unless it is there. Starts no Python.
  CreatedVenv create(const std::string& name, Inherit inherit = Inherit::Base) const;
  // Waits at most 2 s for an interpreter, and for an installation to end.
  VenvLease lease(const std::string& name, const VenvControl& control = {}) const;
  // `arguments` begin with the program: a name that is looked for in the environment first, or a path.
  VenvCommand command(const Venv& venv, const std::vector<std::string>& arguments) const;
  // All steps, or none: the environment is replaced by a copy in which they succeeded.
  VenvInstalled install(const std::string& name, const std::vector<VenvStep>& steps,
                        const VenvInstallOptions& options = {}, const VenvControl& control = {}) const;
  std::vector<VenvPackage> packages(const Venv& venv) const;
  // Whether there was one. Never one in use.
  bool remove(const std::string& name, const VenvControl& control = {}) const;
  // Puts back what is missing, or makes it anew for this Python from what was installed in it.
  VenvRepaired repair(const std::string& name, const VenvControl& control = {}) const;
  // Takes over the environments of another key of this application, or of MITK.
  VenvAdopted adopt(const std::string& old_key, const VenvControl& control = {}) const;
  // Of all applications, or of this one's name alone.
  std::vector<ListedVenv> list(bool all_apps = false) const;
  // Those of all applications that are gone and not used for so many days; nothing: for 30 days, and not those of an
  // AppImage, which may be mounted again.
  VenvPruned prune(std::optional<int> older_than_days, bool is_dry_run, const VenvControl& control = {}) const;

 private:
  struct Place;
  std::unique_ptr<Place> place_;
};

}  // namespace pyembed
