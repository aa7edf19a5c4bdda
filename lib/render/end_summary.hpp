#pragma once

#include <kahn/model/pipeline.hpp>
#include <kahn/render/past_runs.hpp>

#include "render/failed_jobs.hpp"
#include "render/palette.hpp"
#include "render/run_names.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace kahn::render {

/// What the end of a run is told with.
struct EndOptions {
    EndOptions() : palette(false) {}

    std::filesystem::path base;
    std::string hint_options;
    Palette palette;
    bool lists_all = false;
    PastRuns past;
    std::size_t columns = 120;  ///< that there are to write in

    std::size_t widest_name() const { return std::min<std::size_t>(40, columns / 3); }
};

/// A failed job at the end: its name, reason and place, the last lines of what it printed, its log.
std::string failed_job_block(const Pipeline& run, const FailedJobs::Entry& failure, const EndOptions& options);

/// A row a job. Of those that are fine the first few, unless all are to be listed.
std::string job_table(const Pipeline& run, const RunNames& names, const EndOptions& options);

/// How the run ended: counts and time, after a failure a table of its jobs, where its log is, what to do next.
std::string end_summary(const Pipeline& run, const RunNames& names, const std::vector<std::string>& critical_path,
                        const EndOptions& options);

}  // namespace kahn::render
