#include "render/past_words.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace kahn::render {
namespace {

using namespace std::chrono_literals;

std::size_t executed_jobs(const Pipeline& run) {
    std::size_t count = 0;
    for (const PipelineStage& stage : run.stages) {
        count += static_cast<std::size_t>(std::count_if(stage.jobs.begin(), stage.jobs.end(), [](const PipelineJob& job) {
            const bool has_verdict = job.status == PipelineStatus::success || job.status == PipelineStatus::failure;
            return has_verdict && job.reused_from.empty();
        }));
    }
    return count;
}

/// `2 days`, `1 hour`: whole ones of the largest unit that has any.
std::string age(std::chrono::nanoseconds time) {
    for (const auto& [unit, word] : {std::pair<std::chrono::seconds, const char*>(24h, "day"), {1h, "hour"}, {1min, "minute"}}) {
        const std::int64_t count = time / std::chrono::nanoseconds(unit);
        if (count > 0) return std::to_string(count) + ' ' + word + (count == 1 ? "" : "s");
    }
    return "less than a minute";
}

std::string age_of(const std::optional<SystemTime>& then, const Pipeline& run) {
    const auto now = run.end_time ? run.end_time : run.start_time;
    return then && now && *now >= *then ? age(*now - *then) : std::string();
}

}  // namespace

std::string against_the_median(const Pipeline& run, const PastRuns& past) {
    constexpr std::size_t enough = 3;
    std::vector<std::chrono::nanoseconds> durations;
    const std::size_t executed = executed_jobs(run);
    for (const PastRuns::Success& success : past.successes) {
        if (success.jobs_executed == executed) durations.push_back(success.duration);
    }
    if (run.status != PipelineStatus::success || durations.size() < enough) return {};
    std::sort(durations.begin(), durations.end());
    const std::size_t middle = durations.size() / 2;
    const auto median = durations.size() % 2 == 1 ? durations[middle] : (durations[middle - 1] + durations[middle]) / 2;
    if (median < 1s && run.duration < 1s) return {};
    std::string out = "median " + format_duration(median);
    if (median <= 0ns) return out;
    const double ratio = std::chrono::duration<double>(run.duration) / std::chrono::duration<double>(median);
    constexpr double worth_a_factor = 10;
    if (ratio >= worth_a_factor) return out + ", " + std::to_string(std::llround(ratio)) + " times that";
    const auto percent = std::llround((ratio - 1) * 100);
    return out + ", " + (percent > 0 ? "+" : "") + std::to_string(percent) + '%';
}

std::string since_when_it_fails(const Pipeline& run, const PastRuns& past) {
    if (run.status != PipelineStatus::failure) return {};
    if (past.failing_since) {
        const FailingSince& since = *past.failing_since;
        const std::string how_long = age_of(since.time, run);
        return std::string("failing since ") + (since.is_beyond ? "at least " : "") + "run " + printable(since.run) + " (" + how_long + (how_long.empty() ? "" : ", ") +
               std::to_string(since.runs + 1) + " runs)";
    }
    if (past.last_success.empty()) return {};
    const std::string how_long = age_of(past.last_success_time, run);
    return "the run before, " + printable(past.last_success) + (how_long.empty() ? "" : ", " + how_long + " ago") + ", was ok";
}

}  // namespace kahn::render
