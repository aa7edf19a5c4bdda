#pragma once

#include <kahn/model/event.hpp>

#include "render/running_attempts.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace kahn::render {

/// The jobs that failed and may not, the first few of them, with the last lines of each: what the end of a run repeats.
///
/// \par Object lifetimes
/// Refers to the run's jobs.
class FailedJobs {
public:
    struct Entry {
        const PipelineJob* job = nullptr;
        std::string name;
        std::string last_lines;
        std::uint64_t lines = 0;  // that it printed

        /// `last 10 of 391 lines`; empty if they are all
        std::string left_out() const {
            const auto shown = static_cast<std::uint64_t>(std::count(last_lines.begin(), last_lines.end(), '\n'));
            return shown < lines ? "last " + std::to_string(shown) + " of " + std::to_string(lines) + " lines" : std::string();
        }
    };

    /// \param attempt its last, drained; nullptr: there was none
    void add(const event::JobFinished& e, std::string name, const RunningAttempt* attempt) {
        constexpr std::size_t shown_failures = 20;
        constexpr std::size_t shown_last_lines = 10;
        if (e.job.status != PipelineStatus::failure || e.allowed || entries_.size() == shown_failures) return;
        entries_.push_back(Entry{&e.job, std::move(name), attempt ? attempt->last_lines(shown_last_lines) : std::string(), attempt ? attempt->lines : 0});
    }

    auto begin() const { return entries_.begin(); }
    auto end() const { return entries_.end(); }

private:
    std::vector<Entry> entries_;
};

}  // namespace kahn::render
