// Runs a program to its end.
#pragma once

#include "system.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace pyembed::detail {

struct Run {
  std::string program;
  std::vector<std::string> arguments;
  Variables environment;  // all of it
  // Stays open in the child, so that a lock lasts as long as the child when this process dies. -1: none; POSIX only.
  std::intptr_t inherited = -1;
  // Standard output and error, line by line, from the calling thread.
  std::function<void(const std::string& line)> on_line;
  // Is asked every 0.1 s; then the child and its children are ended.
  std::function<bool()> is_cancelled;
};

struct RunResult {
  bool is_ok = false;
  bool is_cancelled = false;
  std::string reason;  // "exit code 2", "signal 9"
};

// Throws std::system_error when the program cannot be started.
RunResult run(const Run& run);

// Splits what comes in pieces.
class Lines {
 public:
  explicit Lines(const std::function<void(const std::string&)>& on_line) : on_line_(on_line) {}
  void add(const char* data, std::size_t size);
  void finish();

 private:
  const std::function<void(const std::string&)>& on_line_;
  std::string rest_;
};

}  // namespace pyembed::detail
