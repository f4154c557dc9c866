// Puts right what a process left that died in the middle (docs/venv-contract.md, Replacing). With the exclusive lock.
#pragma once

#include <string>

namespace pyembed::detail {

// A name for a stage of an environment; whoever has the exclusive lock may remove what has it.
std::string stage_path(const std::string& directory, const std::string& name);

// A replacement that counts is put in place, one that does not goes.
void recover(const std::string& directory, const std::string& name);

// Puts `.NAME.next` in the place of the environment.
void put_in_place(const std::string& directory, const std::string& name);

// Takes the name of a folder away in one step, then removes it.
void remove_whole(const std::string& directory, const std::string& name);

}  // namespace pyembed::detail
