#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/event.hpp>
#include <kahn/model/pipeline.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>

namespace kahn::graph {

/// How long a job takes as a rule: the median of what past runs took.
struct UsualDuration {
    UsualDuration() = default;
    UsualDuration(std::chrono::nanoseconds median_, std::size_t runs_) : median(median_), runs(runs_) {}

    std::chrono::nanoseconds median{0};
    std::size_t runs = 0;  ///< how many runs it is from
};
static_assert(!std::is_aggregate_v<UsualDuration>);

/// Asked once for each job of a run. Nothing: the job never succeeded.
using UsualDurations = std::function<std::optional<UsualDuration>(std::string_view stage, std::string_view job)>;

/// What is expected of the rest of a run.
struct TimeLeftEstimate {
    TimeLeftEstimate() = default;

    std::chrono::nanoseconds left{0};
    std::size_t runs = 0;          ///< the fewest runs that any of the remaining jobs is known from
    std::size_t unknown_jobs = 0;  ///< remaining jobs that no past run tells of: if there are any, `left` is a lower bound
};
static_assert(!std::is_aggregate_v<TimeLeftEstimate>);

/// Estimates how long a run still takes, from what its jobs took in the past: the makespan (see makespan()) of what has not ended
/// with so many workers, where what is running already has its worker and has only the rest of its usual duration to go, or
/// nothing if it is late. So it is never less than the critical path of what remains.
///
/// A pure state machine without a clock. Make it at RunStarted, from the run that the event refers to.
class TimeLeft {
public:
    /// \param pipeline is not referred to afterwards
    /// \param workers  jobs that may run at once; 0: no limit
    /// \throws Error (invalid_config) for dependencies that are not there or make a cycle
    TimeLeft(const Pipeline& pipeline, const UsualDurations& usual, unsigned workers);
    ~TimeLeft();
    TimeLeft(TimeLeft&&) noexcept;
    TimeLeft& operator=(TimeLeft&&) noexcept;

    /// Takes note of JobStarted and JobFinished; of other events, and of jobs that are not in the pipeline, nothing.
    void add(const Event& event);
    /// A job's first attempt has begun; a later one changes nothing, for the usual durations have retries in them.
    void job_started(std::string_view stage, std::string_view job, SystemTime when);
    /// It ran, was skipped, reused or cancelled.
    void job_ended(std::string_view stage, std::string_view job);

    /// Nothing if nothing is known of any job that remains; zero if none remains.
    /// \par Complexity
    /// O(n log n) in the jobs of the pipeline: once a second is often enough.
    std::optional<TimeLeftEstimate> at(SystemTime now) const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace kahn::graph
