#pragma once

#include <kahn/model/run_record.hpp>

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn {

/// What a report is about.
enum class ReportType {
    execution,    ///< every stage, job and attempt, with reasons and log tails
    performance,  ///< where the time went, against the history
    quality,      ///< pass rates, flaky jobs, retries, failing since
    compliance,   ///< what ran: digests, commit, user, host, artifacts, who cancelled
    summary,      ///< one page
};

std::string_view to_string(ReportType type) noexcept;
std::optional<ReportType> parse_report_type(std::string_view word) noexcept;

enum class HealthStatus { healthy, degraded, failing, unknown };

std::string_view to_string(HealthStatus status) noexcept;

/// A sample of durations. All zero if `samples` is.
///
/// Percentiles are by linear interpolation between the closest ranks: type 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles in
/// Statistical Packages", The American Statistician 50(4), 1996; the default of R and NumPy.
struct DurationStatistics {
    DurationStatistics() = default;

    std::size_t samples = 0;
    std::chrono::nanoseconds minimum{0};
    std::chrono::nanoseconds mean{0};
    std::chrono::nanoseconds p50{0};
    std::chrono::nanoseconds p95{0};
    std::chrono::nanoseconds maximum{0};

    friend bool operator==(const DurationStatistics&, const DurationStatistics&) = default;
};
static_assert(!std::is_aggregate_v<DurationStatistics>);

/// One run as a history needs it.
struct RunOutcome {
    RunOutcome() = default;

    std::string id;
    PipelineStatus status = PipelineStatus::pending;
    Reason reason;
    std::optional<SystemTime> start_time;
    std::optional<SystemTime> end_time;
    std::chrono::nanoseconds duration{0};
    std::size_t jobs_passed = 0;  ///< of those that were executed in this run
    std::size_t jobs_failed = 0;
};
static_assert(!std::is_aggregate_v<RunOutcome>);

/// The failures since a pipeline or a job last passed.
struct FailingSince {
    FailingSince() = default;

    std::string run;  ///< the first of them
    std::optional<SystemTime> time;
    std::size_t runs = 0;        ///< how many failed since, the first one included
    bool is_beyond = false;      ///< nothing older is known: it may fail for longer

    friend bool operator==(const FailingSince&, const FailingSince&) = default;
};
static_assert(!std::is_aggregate_v<FailingSince>);

/// One job over the runs of a history.
struct JobHistory {
    JobHistory() = default;

    std::string stage;
    std::string job;
    std::size_t executed = 0;      ///< runs in which it ended with success or failure
    std::size_t passed = 0;
    std::size_t retried = 0;       ///< runs in which it took more than one attempt
    std::size_t passed_on_retry = 0;
    std::size_t changed_verdict = 0;  ///< revisions (same commit, same digest) on which it has failed and passed
    DurationStatistics durations;  ///< of successes, retries included
    DurationStatistics queued;     ///< before the first attempt
    std::optional<FailingSince> failing_since;

    bool is_flaky() const noexcept { return passed_on_retry > 0 || changed_verdict > 0; }
};
static_assert(!std::is_aggregate_v<JobHistory>);

/// What is known of a pipeline's last runs.
struct PipelineHistory {
    PipelineHistory() = default;

    std::vector<RunOutcome> runs;   ///< ended ones, newest first
    DurationStatistics durations;   ///< of successful runs
    std::optional<FailingSince> failing_since;
    std::optional<std::chrono::nanoseconds> recovery_time;  ///< mean; nothing: it has not recovered within these runs
    std::vector<JobHistory> jobs;   ///< in the order of the newest run that has them
};
static_assert(!std::is_aggregate_v<PipelineHistory>);

/// One execution in figures. A job without a verdict (skipped, cancelled), or one whose success was taken over from another run, is
/// not executed.
struct PipelineMetrics {
    PipelineMetrics() = default;

    std::string execution_id;
    std::string pipeline_name;
    PipelineStatus status = PipelineStatus::pending;
    std::optional<SystemTime> start_time;
    std::optional<SystemTime> end_time;
    std::chrono::nanoseconds duration{0};

    std::size_t total_stages = 0;
    std::size_t total_jobs = 0;
    std::size_t executed_jobs = 0;  ///< ended with success or failure in this run
    std::size_t passed_jobs = 0;    ///< of the executed ones
    std::size_t failed_jobs = 0;    ///< the same, allowed failures included
    std::size_t skipped_jobs = 0;
    std::size_t cancelled_jobs = 0;
    std::size_t reused_jobs = 0;    ///< taken over
    std::size_t retries = 0;        ///< attempts beyond the first, of all jobs
    std::optional<double> success_rate;  ///< passed / executed x 100; nothing if none was executed

    DurationStatistics job_durations;  ///< of executed jobs that ran (none that was taken over from another run)
    DurationStatistics queue_times;    ///< of the same
    std::chrono::nanoseconds work{0};  ///< of all attempts together
    std::chrono::nanoseconds critical_path{0};  ///< of the jobs on it, retries included
    unsigned peak_workers = 0;         ///< attempts that ran at the same time, at most
    std::optional<double> worker_use;  ///< work / (duration x workers) x 100; workers: the limit, or the peak without a limit

    std::size_t tests = 0;
    std::size_t failed_tests = 0;
    std::size_t skipped_tests = 0;
    std::vector<std::string> flaky_tests;
};
static_assert(!std::is_aggregate_v<PipelineMetrics>);

/// How a pipeline does, by its last 20 runs that ended with success or failure.
///
/// `unknown`: fewer than 5 of them. `failing`: the last 3 failed, or more than half of all. `degraded`: the last one failed, or
/// more than one in ten. `healthy`: otherwise. A cancelled run has no verdict and does not count.
struct PipelineHealth {
    PipelineHealth() = default;

    std::string pipeline_name;
    HealthStatus status = HealthStatus::unknown;
    std::string explanation;               ///< why, in one sentence
    std::size_t runs = 0;                  ///< that the verdict is made from
    std::size_t succeeded_runs = 0;
    std::optional<double> success_rate;    ///< over the jobs of these runs: passed / executed x 100
    std::optional<double> run_success_rate;
    std::optional<std::chrono::nanoseconds> average_duration;  ///< of these runs
    std::optional<std::chrono::nanoseconds> p50_duration;
    std::optional<std::chrono::nanoseconds> p95_duration;
    std::optional<RunOutcome> last_execution;  ///< of any end
    std::vector<std::string> active_executions;
    std::vector<RunOutcome> recent_failures;   ///< newest first, at most 5
    std::optional<FailingSince> failing_since;
    std::optional<std::chrono::nanoseconds> recovery_time;
};
static_assert(!std::is_aggregate_v<PipelineHealth>);

/// Everything that ended in a period.
struct PeriodMetrics {
    PeriodMetrics() = default;

    SystemTime since;
    SystemTime until;
    std::size_t total_runs = 0;
    std::size_t successful_runs = 0;
    std::size_t failed_runs = 0;
    std::size_t cancelled_runs = 0;
    std::optional<double> success_rate;      ///< over jobs: passed / executed x 100
    std::optional<double> run_success_rate;  ///< over runs that ended with success or failure
    std::optional<std::chrono::nanoseconds> average_duration;  ///< of the same, as in the health
    std::size_t executed_jobs = 0;
    std::string most_active_pipeline;
    std::size_t most_active_runs = 0;
};
static_assert(!std::is_aggregate_v<PeriodMetrics>);

/// One period against the one before. A trend that has nothing to compare with is nothing.
struct MetricsSummary {
    MetricsSummary() = default;

    int days = 0;
    PeriodMetrics current;
    PeriodMetrics previous;                 ///< as long, right before
    std::optional<double> runs_change;      ///< per cent
    std::optional<double> success_rate_change;  ///< percentage points, over jobs
    std::optional<double> duration_change;  ///< per cent, of the average
};
static_assert(!std::is_aggregate_v<MetricsSummary>);

/// A report, and where it was written.
struct PipelineReport {
    PipelineReport() = default;

    ReportType type = ReportType::summary;
    std::string execution_id;
    std::string pipeline_name;
    SystemTime generated_at;
    PipelineMetrics metrics;
    RunRecord run;             ///< output and error of its jobs hold the ends of their logs
    PipelineHealth health;     ///< of its pipeline, as of now
    PipelineHistory history;   ///< the runs before this one and itself
    std::vector<std::string> findings;  ///< what is worth knowing, in sentences; the most important first

    std::filesystem::path json;  ///< empty if it was not written
    std::filesystem::path markdown;
    std::filesystem::path html;
};
static_assert(!std::is_aggregate_v<PipelineReport>);

}  // namespace kahn
