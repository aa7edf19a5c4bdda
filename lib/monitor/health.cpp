#include "monitor/health.hpp"

#include "monitor/duration_statistics.hpp"
#include "monitor/streaks.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace kahn::monitor {
namespace {

std::string counted(std::size_t n, const char* word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

/// The rule. \param streak failures in a row, the newest last
HealthStatus verdict(std::size_t runs, std::size_t failures, std::size_t streak) noexcept {
    if (runs < fewest_verdicts) return HealthStatus::unknown;
    if (streak >= failing_streak || failures * 2 > runs) return HealthStatus::failing;
    if (streak > 0 || failures * 10 > runs) return HealthStatus::degraded;
    return HealthStatus::healthy;
}

std::string explain(HealthStatus status, std::size_t runs, std::size_t failures, std::size_t streak) {
    const std::string share = std::to_string(failures) + " of the last " + counted(runs, "run") + " failed";
    switch (status) {
        case HealthStatus::unknown:
            return (runs == 0 ? std::string("no run has ended with success or failure") :
                                "only " + counted(runs, "run") + " ended with success or failure") +
                   "; a verdict needs " + std::to_string(fewest_verdicts);
        case HealthStatus::failing:
            return streak >= failing_streak ? "the last " + counted(streak, "run") + " failed" : share;
        case HealthStatus::degraded: return streak > 0 ? "the last run failed; " + share : share;
        case HealthStatus::healthy: return failures == 0 ? "none of the last " + counted(runs, "run") + " failed" : share;
    }
    return {};
}

}  // namespace

std::optional<double> rate(std::size_t passed, std::size_t executed) noexcept {
    if (executed == 0) return std::nullopt;
    return static_cast<double>(passed) / static_cast<double>(executed) * 100.0;
}

PipelineHealth judge_health(std::string_view pipeline, std::span<const RunOutcome> newest_first) {
    PipelineHealth health;
    health.pipeline_name = pipeline;
    const auto ended = std::find_if(newest_first.begin(), newest_first.end(), [](const RunOutcome& run) { return is_end(run.status); });
    if (ended != newest_first.end()) health.last_execution = *ended;

    std::vector<std::chrono::nanoseconds> durations;
    std::vector<RunOutcome> window;
    std::size_t passed = 0;
    std::size_t executed = 0;
    std::size_t streak = 0;
    for (const RunOutcome& run : newest_first) {
        if (!is_verdict(run.status)) continue;
        if (window.size() == health_window) break;
        window.push_back(run);
        durations.push_back(run.duration);
        passed += run.jobs_passed;
        executed += run.jobs_passed + run.jobs_failed;
        if (run.status == PipelineStatus::success) {
            ++health.succeeded_runs;
        } else {
            if (health.succeeded_runs == 0) ++streak;
            if (health.recent_failures.size() < most_recent_failures) health.recent_failures.push_back(run);
        }
    }
    health.runs = window.size();
    const std::size_t failures = health.runs - health.succeeded_runs;
    health.status = verdict(health.runs, failures, streak);
    health.explanation = explain(health.status, health.runs, failures, streak);
    health.success_rate = rate(passed, executed);
    health.run_success_rate = rate(health.succeeded_runs, health.runs);
    if (!durations.empty()) {
        const DurationStatistics figures = duration_statistics(std::move(durations));
        health.average_duration = figures.mean;
        health.p50_duration = figures.p50;
        health.p95_duration = figures.p95;
    }
    health.failing_since = failing_since(newest_first);
    health.recovery_time = recovery_time(window);
    return health;
}

}  // namespace kahn::monitor
