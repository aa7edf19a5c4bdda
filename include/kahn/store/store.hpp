#pragma once

#include <kahn/base/log.hpp>
#include <kahn/engine/options.hpp>
#include <kahn/graph/time_left.hpp>
#include <kahn/model/event.hpp>
#include <kahn/model/run_record.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn::store {

/// One run in a list.
struct RunSummary {
    RunSummary() = default;

    std::string id;
    std::string pipeline;
    PipelineStatus status = PipelineStatus::pending;
    Reason reason;
    std::optional<SystemTime> start_time;
    std::optional<SystemTime> end_time;
    std::chrono::nanoseconds duration{0};
    std::string parent;
    std::string trace_id;
    std::size_t jobs = 0;
    std::size_t jobs_passed = 0;
    std::size_t jobs_failed = 0;   ///< allowed failures included
    std::size_t jobs_skipped = 0;
    std::size_t jobs_cancelled = 0;
    std::size_t jobs_executed = 0;  ///< ended with success or failure in this very run, none that was taken over from another
    std::size_t jobs_executed_passed = 0;
    bool is_interrupted = false;   ///< it has not ended, and its engine is gone
};
static_assert(!std::is_aggregate_v<RunSummary>);

/// Which runs, newest first.
struct RunQuery {
    RunQuery() = default;

    std::string pipeline;                    ///< empty: any
    std::optional<PipelineStatus> status;    ///< nothing: any
    std::optional<SystemTime> since;         ///< started at or after
    std::optional<SystemTime> until;         ///< started before
    std::size_t limit = 20;                  ///< 0: no limit
    std::size_t offset = 0;
    bool is_oldest_first = false;            ///< in place of newest first
};
static_assert(!std::is_aggregate_v<RunQuery>);

/// One job of one past run.
struct JobSample {
    JobSample() = default;

    std::string run;
    std::string stage;
    std::string job;
    PipelineStatus status = PipelineStatus::pending;
    std::optional<SystemTime> start_time;
    std::chrono::nanoseconds duration{0};  ///< start to end, retries included
    std::chrono::nanoseconds queued{0};    ///< before the first attempt
    int attempts = 0;
};
static_assert(!std::is_aggregate_v<JobSample>);

/// Sums over a period.
struct PeriodTotals {
    PeriodTotals() = default;

    std::size_t runs = 0;  ///< ended ones: success, failure, cancelled
    std::size_t succeeded = 0;
    std::size_t failed = 0;
    std::size_t cancelled = 0;
    std::chrono::nanoseconds total_duration{0};  ///< of those that succeeded or failed
    std::size_t jobs_executed = 0;
    std::size_t jobs_passed = 0;
    std::string most_active_pipeline;   ///< the name that comes first among equals
    std::size_t most_active_runs = 0;
};
static_assert(!std::is_aggregate_v<PeriodTotals>);

/// What is kept of finished runs: everything beyond any of these loses its logs and artifacts, oldest first; one line stays in
/// `history.ndjson`.
struct Retention {
    Retention() = default;

    std::size_t runs = 100;
    std::uint64_t bytes = std::uint64_t{1} << 30U;
    std::chrono::hours age{24 * 30};
};
static_assert(!std::is_aggregate_v<Retention>);

/// When what is recorded reaches the disk.
enum class Durability {
    normal,  ///< appended at once, fsync in groups, every 0.1 to 1 s, and at a run's end: nothing is lost to a killed process
    full,    ///< and fsync of every job's end before its event is over: nothing that ended is lost to a power failure
};

struct StoreOptions {
    StoreOptions() = default;

    Retention retention;
    Durability durability = Durability::normal;
    LogSink log_sink;
    LogLevel log_level = LogLevel::warning;
};
static_assert(!std::is_aggregate_v<StoreOptions>);

/// Every run of one workspace: `.kahn/runs/ID/{run.json,events.ndjson}` are the truth, `.kahn/kahn.db` is an index of them.
///
/// While runs are being recorded the store has one thread, owned and joined, that blocks every signal: it has the kernel write to
/// the disk what was appended, and looks for requests of other processes, every 100 ms.
///
/// \par Thread safety
/// Every member may be called from any thread. Two processes may use one workspace at once.
class Store {
public:
    /// Opens, or makes, the store below `workspace`; a missing or broken index is rebuilt.
    /// \throws Error (workspace_unusable) with the path and the reason
    explicit Store(std::filesystem::path workspace, StoreOptions options = StoreOptions());
    ~Store();
    Store(const Store&) = delete;
    Store& operator=(const Store&) = delete;

    /// Whether there is one below `workspace`. Makes nothing.
    static bool is_there(const std::filesystem::path& workspace);

    /// Writes down every run whose events it sees; one recorder serves any number of runs at once, and may outlive the store.
    ///
    /// A run that cannot be written down when it begins is refused: the observer throws Error (workspace_unusable). One that
    /// cannot be written down any further goes on; then the observer throws at its end.
    /// \param origin   what is known of it; the rest is found out when the run begins
    /// \param cancel   called when another process asks for the run to end, with who asks; on a thread of the store's
    std::shared_ptr<Observer> recorder(RunOrigin origin = RunOrigin(), std::function<void(std::string)> cancel = {});

    /// Asks the engine that works on a run to end it, whichever process that is in. It hears it within 0.1 s.
    /// \throws Error (unknown_run; invalid_argument: nobody works on it)
    void request_cancel(std::string_view id_or_prefix, std::string_view why = {});
    /// Whether a living engine works on the run.
    bool is_live(std::string_view run_id) const;

    /// Remembers a run that was recorded by hand, or replaces the one with this run id. Atomic.
    /// \throws Error (invalid_argument: the run id cannot be a directory's name, or an engine works on this run; write_failed)
    void put(const RunRecord& record);

    /// The full id of the one run that a prefix names, or that is part of a trace, if it is the id of one.
    /// \throws Error (unknown_run): no such run, or several: they are named
    std::string resolve(std::string_view prefix) const;
    /// \throws Error (unknown_run)
    /// \throws Error (workspace_unusable) for a record that cannot be read
    RunRecord load(std::string_view id_or_prefix) const;
    std::filesystem::path directory(std::string_view run_id) const;

    std::vector<RunSummary> runs(const RunQuery& query = RunQuery()) const;
    /// How many there are, whatever the limit and the offset.
    std::size_t count(const RunQuery& query) const;
    /// Of jobs that ran, newest run first. \param job empty: every job of the stage; \param stage empty: every job.
    std::vector<JobSample> job_history(std::string_view pipeline, std::string_view stage, std::string_view job,
                                       std::size_t runs) const;
    /// Of runs that started in [since, until).
    PeriodTotals totals(SystemTime since, SystemTime until) const;
    std::vector<std::string> pipelines() const;

    /// The median of a job's last successful durations (20 at most), for EngineOptions::past_durations.
    PastDurations past_durations() const;
    /// The same for one pipeline with the number of runs that each median is from, for graph::TimeLeft. Does not keep the store:
    /// once it is gone nothing is known.
    graph::UsualDurations usual_durations(std::string_view pipeline) const;

    /// Makes the index anew from the run directories; what cannot be read is named and left alone.
    struct Reindexed {
        std::size_t runs = 0;
        std::vector<std::string> unreadable;
    };
    Reindexed reindex();

    /// Removes logs and artifacts of what is beyond the retention. Returns how many runs were trimmed.
    std::size_t prune();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

}  // namespace kahn::store
