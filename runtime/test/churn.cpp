#include "verbs.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>

using namespace pyembed;
using detail::Json;
using detail::JsonArray;
using detail::JsonObject;

namespace {

struct Counts {
  std::atomic<int> made{0}, opened{0}, installed{0}, leased{0}, removed{0}, refused{0};
  std::mutex mutex;
  JsonArray failures;

  void fail(const std::string& what) {
    const std::lock_guard<std::mutex> lock(mutex);
    failures.push_back(what);
  }
};

// What another one may bring about at any time is no failure: it is there or not, or somebody runs in it.
bool is_expected(const VenvError& error) {
  return error.code == "PYEMBED_VENV_IN_USE" || error.code == "PYEMBED_VENV_NOT_FOUND";
}

void work(const Venvs& venvs, const std::string& name, unsigned dice, const std::string& wheels, Counts& counts) {
  if (dice < 45) {
    if (venvs.create(name, Inherit::None).is_created) ++counts.made;
  } else if (dice < 75) {
    const OpenedVenv found = venvs.open(name);
    if (found.state == VenvState::Ready) ++counts.opened;
    if (found.state != VenvState::Ready && found.state != VenvState::Missing) {
      counts.fail("open '" + name + "': state " + std::to_string(static_cast<int>(found.state)) + " " + found.reason);
    }
  } else if (dice < 85) {
    const VenvLease lease = venvs.lease(name);
    if (!fs::exists(venvs.require(name).python)) counts.fail("'" + name + "' was changed while it was leased");
    ++counts.leased;
  } else if (dice < 87 && !wheels.empty()) {
    VenvStep step;
    step.requirements = {"demo"};
    step.find_links = {wheels};
    VenvInstallOptions options;
    options.is_offline = true;
    const VenvInstalled installed = venvs.install(name, {step}, options);
    if (installed.packages.empty()) counts.fail("'" + name + "' has no demo after its installation");
    ++counts.installed;
  } else {
    if (venvs.remove(name)) ++counts.removed;
  }
}

}  // namespace

Json churn(const Venvs& venvs, int seconds, int threads, const std::string& wheels) {
  Counts counts;
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
  std::vector<std::thread> running;
  for (int i = 0; i < threads; ++i) {
    running.emplace_back([&, i] {
      std::mt19937 random(std::random_device{}() + static_cast<unsigned>(i));
      while (std::chrono::steady_clock::now() < end) {
        const std::string name = "venv " + std::to_string(random() % 4);
        const unsigned dice = random() % 100;
        try {
          work(venvs, name, dice, wheels, counts);
        } catch (const VenvError& error) {
          if (is_expected(error)) ++counts.refused; else counts.fail(std::to_string(dice) + " " + error.what());
        } catch (const std::exception& error) {
          counts.fail(std::to_string(dice) + " " + error.what());
        }
      }
    });
  }
  for (std::thread& thread : running) thread.join();
  const auto number = [](const std::atomic<int>& count) { return Json(static_cast<double>(count.load())); };
  return JsonObject{{"made", number(counts.made)},           {"opened", number(counts.opened)},
                    {"installed", number(counts.installed)}, {"leased", number(counts.leased)},
                    {"removed", number(counts.removed)},     {"refused", number(counts.refused)},
                    {"failures", counts.failures}};
}
