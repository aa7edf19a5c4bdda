#pragma once

#include <kahn/model/pipeline.hpp>

#include "render/palette.hpp"
#include "render/run_names.hpp"

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
};

/// A failed job at the end: its name, reason and place, the last lines of what it printed, its log.
std::string failed_job_block(const Pipeline& run, const PipelineJob& job, const std::string& name, std::string_view last_lines,
                             const EndOptions& options);

/// How the run ended: counts and time, after a failure a table of its jobs, where its log is, what to do next.
std::string end_summary(const Pipeline& run, const RunNames& names, const std::vector<std::string>& critical_path,
                        const EndOptions& options);

}  // namespace kahn::render
