#pragma once

#include "base/json.hpp"

#include <pyembed/venv.hpp>

#include <string>
#include <vector>

// Compares what the runtime computes with test/vectors/venv-*.json: cases, and those that differ.
pyembed::detail::Json check_vectors(const std::string& folder);
// Of texts, each after its length and a line break: what the parsers say.
pyembed::detail::Json check_texts(const std::string& kind, const std::string& input);
// Threads that make, open, install, lease and remove environments by chance for some seconds.
pyembed::detail::Json churn(const pyembed::Venvs& venvs, int seconds, int threads, const std::string& wheels);
