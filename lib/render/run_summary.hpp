#pragma once

#include <kahn/model/pipeline.hpp>

#include "render/failed_jobs.hpp"
#include "render/palette.hpp"
#include "render/run_names.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <unordered_map>

namespace kahn::render {

/// `path` relative to `base` if it lies below it. Printable.
std::string shown_path(const std::filesystem::path& path, const std::filesystem::path& base);

/// ` (attempt 2 of 3)` for a job that may have more than one attempt, else nothing.
std::string attempt_note(const PipelineJob& job, int attempt);

/// What is to be said of how a job ended, beside the word for it: `exit 1 ×2, allowed to fail`. Nothing of a plain success.
std::string job_detail(const PipelineJob& job, bool is_allowed);

/// How many jobs of a run ended how.
struct JobCounts {
    std::size_t ok = 0;
    std::size_t reused = 0;  ///< of those
    std::size_t failed = 0;
    std::size_t allowed = 0;  ///< failed, and may
    std::size_t skipped = 0;
    std::size_t cancelled = 0;
};
JobCounts count_jobs(const Pipeline& run);
/// `11 jobs: 10 ok, 1 skipped`
std::string counts_text(const Pipeline& run);

/// How a run ended, in one line: `FAILED in 1m41s: 9 ok, 1 failed (unit (gcc)), 1 skipped`.
/// \param beside the time it took, in brackets; may be empty
std::string run_line(const Pipeline& run, const RunNames& names, const Palette& palette, const std::string& beside = {});

/// One failed job: name, reason, place, the last lines of what it printed, and its log.
std::string failed_job_text(const Pipeline& run, const FailedJobs::Entry& failure, const std::filesystem::path& base, const Palette& palette);

}  // namespace kahn::render
