#pragma once

#include <kahn/model/event.hpp>

#include "render/palette.hpp"
#include "render/run_names.hpp"
#include "render/running_attempts.hpp"

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>

namespace kahn::render {

/// The lines that tell in a log how a run goes on, without their ends: `[ 3/11] ok     lint 4.80s`. A job keeps the number that it was
/// first seen with.
class RunLines {
public:
    RunLines(std::filesystem::path base, Palette palette) : base_(std::move(base)), palette_(palette) {}

    std::string run_started(const Pipeline& run, const event::RunStarted& e);
    std::string job_started(const event::JobStarted& e);
    /// Its output goes on after something else was said.
    std::string job_continued(const PipelineJob& job, const std::string& name) { return head(job, "more", {}) + name; }
    std::string job_retried(const event::JobRetried& e);
    std::string job_finished(const event::JobFinished& e);
    std::string warning(const event::JobFinished& e, std::string_view text) const;
    /// What is said in a long silence. \param left how long the run still takes; may be empty
    std::string still_running(const RunningAttempts& running, std::chrono::nanoseconds elapsed, const std::string& left) const;

    const RunNames& names() const noexcept { return names_; }
    const Palette& palette() const noexcept { return palette_; }

private:
    std::string head(const PipelineJob& job, std::string_view word, std::string_view coloured);

    std::filesystem::path base_;
    Palette palette_;
    RunNames names_;
    std::unordered_map<const PipelineJob*, std::size_t> numbers_;
    std::size_t total_ = 0;
    std::size_t done_ = 0;
};

}  // namespace kahn::render
