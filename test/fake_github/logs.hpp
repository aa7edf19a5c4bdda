#pragma once

#include "fake_github/world.hpp"

#include <string>

namespace kahn::testing {

/// What a job wrote: its own text, or that of its steps with a time before each line.
std::string job_log(const World& world, const Run& run, const JobPlan& job);
/// `0_build.txt` for each job, `build/1_Set up job.txt` for each of its steps.
std::string log_archive(const World& world, const Run& run);
/// The name of a job as the archive has it: without `/` and `:`, of at most 90 UTF-16 units, trimmed.
std::string log_file_name(std::string_view job_name);

}  // namespace kahn::testing
