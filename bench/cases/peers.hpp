#pragma once

#include "cases/cases.hpp"

#include <string>
#include <vector>

namespace kahn::bench {

struct Task;

/// The programs that run a graph of shell commands, ready to run this one: `kahn run` first, then ninja and make where they are
/// installed.
/// \param name of a folder of its own, below the settings' one
/// \param at_once jobs; 0: no limit
std::vector<Contestant> runners(const Settings& settings, const std::string& name, const std::vector<Task>& tasks, int at_once);

/// `kahn run` of a file. What it remembers is thrown away before each round, outside the time that is measured.
Contestant kahn_runner(const Settings& settings, const std::string& label, const std::string& file, int at_once,
                       std::vector<std::string> options = {});

}  // namespace kahn::bench
