#pragma once

#include "measure/comparison.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace kahn::bench {

/// What the cases need to know.
struct Settings {
    bool is_quick = false;         ///< the smallest sizes of each case
    std::string kahn;              ///< the program to be measured
    std::string noop;              ///< a static program that does nothing
    std::string spawn_limit;       ///< see peers/spawn_limit.c
    std::string github;            ///< a server that answers as GitHub does; empty: there is none
    std::filesystem::path folder;  ///< empty, for the files of the cases
};

/// One file in this folder each.
std::vector<Comparison> spawn_cases(const Settings& settings);
std::vector<Comparison> graph_cases(const Settings& settings);
std::vector<Comparison> pipeline_cases(const Settings& settings);
std::vector<Comparison> output_cases(const Settings& settings);
std::vector<Comparison> config_cases(const Settings& settings);
std::vector<Comparison> start_cases(const Settings& settings);
std::vector<Comparison> scale_cases(const Settings& settings);
std::vector<Comparison> record_cases(const Settings& settings);
std::vector<Comparison> engine_cases(const Settings& settings);
std::vector<Comparison> host_cases(const Settings& settings);
std::vector<Comparison> remote_cases(const Settings& settings);

}  // namespace kahn::bench
