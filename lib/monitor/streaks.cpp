#include "monitor/streaks.hpp"

#include <algorithm>

namespace kahn::monitor {

std::optional<FailingSince> failing_since(std::span<const RunOutcome> newest_first) {
    std::optional<FailingSince> streak;
    for (const RunOutcome& run : newest_first) {
        if (!is_verdict(run.status)) continue;
        if (run.status == PipelineStatus::success) return streak;
        if (!streak) streak.emplace();
        streak->run = run.id;
        streak->time = run.start_time;
        ++streak->runs;
    }
    if (streak) streak->is_beyond = true;
    return streak;
}

std::optional<std::chrono::nanoseconds> recovery_time(std::span<const RunOutcome> newest_first) {
    const RunOutcome* first_failure = nullptr;
    std::chrono::nanoseconds sum{0};
    std::int64_t recoveries = 0;
    for (auto run = newest_first.rbegin(); run != newest_first.rend(); ++run) {
        if (!is_verdict(run->status) || !run->end_time) continue;
        if (run->status == PipelineStatus::failure) {
            if (!first_failure) first_failure = &*run;
        } else if (first_failure) {
            // Not less than nothing: runs overlap, and clocks are set back.
            sum += std::max(std::chrono::nanoseconds{0}, std::chrono::nanoseconds(*run->end_time - *first_failure->end_time));
            ++recoveries;
            first_failure = nullptr;
        }
    }
    if (recoveries == 0) return std::nullopt;
    return sum / recoveries;
}

}  // namespace kahn::monitor
