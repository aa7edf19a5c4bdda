#pragma once

#include <kahn/base/log.hpp>
#include <kahn/base/time.hpp>
#include <kahn/model/event.hpp>
#include <kahn/model/report.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn {

namespace store {
class Store;
}

struct MonitorOptions {
    MonitorOptions() = default;

    std::shared_ptr<Clock> clock;  ///< nothing: the machine's
    LogSink log_sink;
    LogLevel log_level = LogLevel::warning;
};
static_assert(!std::is_aggregate_v<MonitorOptions>);

/// What pipelines did and how they do, computed from what the store has of their runs.
///
/// Runs get there by the event stream (see observer()), or by hand: start_monitoring(), record_...(), finish_monitoring(). What was
/// recorded by hand is in the store when the call returns, so that a killed process loses none of it.
///
/// \par Thread safety
/// Every member may be called from any thread. Two processes may use one workspace at once.
class PipelineMonitor {
public:
    /// \param workspace runs are kept below `.kahn/` in here
    /// \throws Error (workspace_unusable)
    explicit PipelineMonitor(std::filesystem::path workspace = ".", MonitorOptions options = MonitorOptions());
    explicit PipelineMonitor(std::shared_ptr<store::Store> store, MonitorOptions options = MonitorOptions());
    ~PipelineMonitor();
    PipelineMonitor(const PipelineMonitor&) = delete;
    PipelineMonitor& operator=(const PipelineMonitor&) = delete;

    /// Put into EngineOptions::observers it attaches the monitor to a manager or an engine: every run is recorded. A manager of the same
    /// workspace records its runs itself (Options::remembers): those are left to it, and known to the monitor without this.
    /// It may outlive the monitor.
    std::shared_ptr<Observer> observer();

    /// Begins the record of an execution that no engine runs. \return its id, a ULID: unique whatever the second and the name
    std::string start_monitoring(std::string_view pipeline_name);

    /// A stage with its jobs, over what was known of the one of this name. A stage without jobs keeps those that were recorded.
    /// An id that is not being monitored, and a stage that has not ended, are logged and otherwise ignored.
    /// \par Complexity
    /// The whole record is written anew, in the size of what it holds; so for record_job_completion().
    void record_stage_completion(std::string_view execution_id, PipelineStage stage);

    /// A job of a stage, over what was known of the one of this name. Times that are missing are taken from the clock and the
    /// duration; a job without attempts gets one. An id that is not being monitored, and a job that has not ended, are logged and
    /// otherwise ignored.
    void record_job_completion(std::string_view execution_id, std::string_view stage_name, PipelineJob job);

    /// Ends the record. The status is `failure` if a stage failed that was not allowed to, `cancelled` if one was cancelled, else
    /// `success`, unless it is given.
    /// \throws Error (unknown_run) for an id that start_monitoring() did not give, or that was finished
    /// \throws Error (invalid_argument) for a status that is no end
    PipelineMetrics finish_monitoring(std::string_view execution_id, std::optional<PipelineStatus> status = std::nullopt);

    /// One of five reports on a run, of any origin, written atomically as `reports/TYPE.json`, `.md` and `.html` in the run's directory.
    /// \param execution_id or a unique prefix of one
    /// \throws Error (unknown_run; write_failed)
    PipelineReport generate_report(std::string_view execution_id, ReportType type = ReportType::execution);

    /// The same without writing anything.
    PipelineReport compute_report(std::string_view execution_id, ReportType type = ReportType::execution) const;

    /// By the rule of PipelineHealth; `unknown` for a pipeline that has no runs.
    PipelineHealth get_pipeline_health(std::string_view pipeline_name) const;

    /// The last `days` times 24 hours against as many before.
    /// \throws Error (invalid_argument) for less than 1 or more than 36,500 days
    MetricsSummary get_metrics_summary(int days = 7) const;

    const std::shared_ptr<store::Store>& store() const noexcept;

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// PipelineMonitor::get_pipeline_health() of a workspace, which is not made if it is not there.
PipelineHealth monitor_pipeline_health(std::string_view pipeline_name, std::filesystem::path workspace = ".");

/// All five reports on a run, written as PipelineMonitor::generate_report() does. \throws Error (unknown_run; write_failed)
std::vector<PipelineReport> generate_pipeline_reports(std::string_view execution_id, std::filesystem::path workspace = ".");

}  // namespace kahn
