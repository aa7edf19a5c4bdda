#pragma once

#include <kahn/model/pipeline.hpp>
#include <kahn/render/past_runs.hpp>

#include <string>

namespace kahn::render {

/// A run that has succeeded beside those before it: `median 2m10s, -5%`. Empty with fewer than 3 that ran as many jobs, and where
/// it is about less than a second.
std::string against_the_median(const Pipeline& run, const PastRuns& past);

/// A run that has failed, and those before it: `failing since run 01J9YT07 (2 days, 7 runs)`, `the run before, 01J9YT07, 3 hours ago, was ok`.
/// Empty if it is the first one, or has not failed.
std::string since_when_it_fails(const Pipeline& run, const PastRuns& past);

}  // namespace kahn::render
