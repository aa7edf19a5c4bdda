#pragma once

#include "render/end_summary.hpp"
#include "render/failed_jobs.hpp"

#include <string>

namespace kahn::render {

/// The end of a run in a log: each failed job with its last lines, all jobs if they are wanted, and how it ended in one line.
std::string log_end(const Pipeline& run, const RunNames& names, const FailedJobs& failures, const EndOptions& options);

}  // namespace kahn::render
