#pragma once

#include <kahn/base/log.hpp>
#include <kahn/engine/options.hpp>
#include <kahn/model/diagnostic.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/model/schedule.hpp>
#include <kahn/remote/options.hpp>
#include <kahn/store/store.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn {

/// How a PipelineManager works. Every default does.
struct Options {
    Options() = default;

    std::filesystem::path workspace_dir = ".";  ///< runs are kept below `.kahn/` in here
    EngineOptions engine;
    /// Of the server that `github` jobs run on, unless EngineOptions::github_executor says where. Nothing is read or asked before the
    /// first such job; what is left empty comes from the environment, as for an AsyncPipelineManager.
    std::optional<remote::RemoteOptions> remote;
    bool remembers = true;  ///< every run is written down there; false: only its logs and artifacts are kept
    store::Retention retention;
    store::Durability durability = store::Durability::normal;
    LogSink log_sink;  ///< nothing: silent
    LogLevel log_level = LogLevel::warning;
};
static_assert(!std::is_aggregate_v<Options>);

/// What parallel_pipeline_execution() comes to.
struct ParallelExecution {
    ParallelExecution() = default;

    std::size_t total_stages = 0;
    std::size_t completed_stages = 0;  ///< ended with success
    std::size_t failed_stages = 0;
    std::map<std::string, PipelineStage> stage_results;  ///< by name
};
static_assert(!std::is_aggregate_v<ParallelExecution>);

/// Pipelines by name, and all that can be done with them.
///
/// \par Thread safety
/// Every member may be called from any thread; destruction from one.
/// \par Object lifetimes
/// A run owns what it needs and works on a copy of its pipeline: the same pipeline may run many times at once. Destroying the
/// manager kills and reaps its jobs at once (a workflow on GitHub goes on, and the log says so), blocking for at most 2.5 s; operations that are still awaited end as
/// `cancelled` when their executor runs again. shutdown() is the graceful way.
class PipelineManager {
public:
    /// Asynchronous operations run on the executor of the coroutine that awaits them.
    /// \throws Error (containment_unavailable) if ProcessOptions::require_containment cannot be met
    explicit PipelineManager(Options options = Options());
    /// Asynchronous operations run on strands of `executor`, whoever awaits them.
    explicit PipelineManager(boost::asio::any_io_executor executor, Options options = Options());
    ~PipelineManager();
    PipelineManager(const PipelineManager&) = delete;
    PipelineManager& operator=(const PipelineManager&) = delete;

    /// Reads, checks and remembers a pipeline; one of the same name is replaced. `-` reads standard input.
    /// \throws ConfigError with every diagnostic
    Pipeline create_pipeline(const std::filesystem::path& config_path);
    /// The same for a pipeline that was built in memory.
    Pipeline create_pipeline(Pipeline definition);

    /// Runs a pipeline to its end on an `io_context` of its own, on the calling thread; may be called inside a running loop.
    /// \throws Error (unknown_pipeline): `Pipeline 'x' not found`
    Pipeline run_pipeline(std::string_view name, RunOptions options = RunOptions());
    /// The same for a pipeline that is not to be remembered, as one that a service was sent: see below.
    /// \throws ConfigError with every diagnostic
    Pipeline run_pipeline(Pipeline definition, RunOptions options = RunOptions());

    /// Runs a pipeline and returns when every stage has ended.
    ///
    /// A failed stage is a result, not an exception: see Pipeline::status. Whatever goes wrong inside ends as a failure with a
    /// reason and times.
    /// \throws Error (unknown_pipeline), at the call: `Pipeline 'x' not found`
    /// \throws Error (unknown_stage, unknown_job), at the call, for a selection that is not there
    /// \par Cancellation
    /// `terminal`: SIGTERM to every running job, SIGKILL after ProcessOptions::grace, all of them reaped; a second one kills at
    /// once. The returned pipeline's status is `cancelled`.
    boost::asio::awaitable<Pipeline> run_pipeline_async(std::string name, RunOptions options = RunOptions());
    /// The same for a pipeline that is not to be remembered: it is not among list_pipelines(), replaces none of its name, and nothing is
    /// kept of it here when its run has ended. cancel_pipeline() by its name ends it, too.
    /// \throws ConfigError, at the call, with every diagnostic
    boost::asio::awaitable<Pipeline> run_pipeline_async(Pipeline definition, RunOptions options = RunOptions());

    /// Whether a configuration is one, and every message if it is not.
    std::pair<bool, std::vector<std::string>> validate_pipeline_config(const boost::json::value& config) const;

    /// What is wrong with the dependencies: missing stages, self-dependencies, and the first cycle as a path
    /// `a -> b -> a`. Empty if nothing is. Linear, iterative: safe at 1,000,000 stages.
    std::vector<std::string> validate_stage_dependencies(const std::vector<PipelineStage>& stages) const;

    /// The stage graph as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html).
    std::string generate_pipeline_visualization(const Pipeline& pipeline) const;

    /// Runs the stages for real, each as soon as what it depends on has ended.
    /// \throws ConfigError if the stages are no valid pipeline
    ParallelExecution parallel_pipeline_execution(std::vector<PipelineStage> stages);
    /// The same as a coroutine.
    /// \par Cancellation
    /// As of run_pipeline_async(): what has not ended is `cancelled`.
    boost::asio::awaitable<ParallelExecution> parallel_pipeline_execution_async(std::vector<PipelineStage> stages);

    /// Levels, chains, the critical path, the makespan with this manager's workers, the bottleneck, and what to do about it.
    /// \throws ConfigError if the pipeline is invalid
    ScheduleAnalysis optimize_pipeline_schedule(const Pipeline& pipeline) const;

    /// Whether a stage would run under `conditions`: `branch` (string), `env_NAME` (scalars), `has_previous_failures` (bool).
    bool conditional_stage_execution(const PipelineStage& stage, const boost::json::object& conditions) const;

    /// Ends all runs of a pipeline as `cancelled`, gracefully; a second call for the same run kills its jobs at once.
    /// True if there was a run that nobody had cancelled yet.
    /// \param why becomes the detail of the run's reason; the name of a signal makes it that signal's exit status
    bool cancel_pipeline(std::string_view name, std::string why = {});

    /// Lets all runs of a pipeline stand still until resume_pipeline(): returns once their processes do (frozen with their cgroup, else
    /// stopped by SIGSTOP). Nothing of them begins, and no timeout, retry delay or grace passes meanwhile; durations do not count that
    /// time, start and end are what the clock on the wall says. Cancelling a run that stands still lets it go on to its end.
    ///
    /// A workflow on GitHub and a coroutine go on: what cannot be stopped from here only has its timeout stopped.
    /// True if there was a run that went on.
    bool suspend_pipeline(std::string_view name);
    /// True if there was a run that stood still. Processes that somebody else had stopped stay so.
    bool resume_pipeline(std::string_view name);

    /// Writes a configuration that loads into an equal pipeline; YAML, or JSON for `.json`. Atomic.
    /// \throws Error (write_failed); NotImplemented for any other extension
    void save_pipeline_config(const Pipeline& pipeline, const std::filesystem::path& path) const;

    /// Of the newest run; `pending` if there was none; nothing for an unknown name.
    std::optional<PipelineStatus> get_pipeline_status(std::string_view name) const;
    /// Sorted.
    std::vector<std::string> list_pipelines() const;

    /// The one that was given to it, or none.
    boost::asio::any_io_executor executor() const;

    /// What contains the children of this manager, and why nothing stronger does.
    ContainmentReport containment() const;

    /// The runs of this manager's workspace; made if it is not there yet.
    /// \throws Error (workspace_unusable)
    std::shared_ptr<store::Store> store() const;

    /// Cancels every run gracefully and returns when all have ended. Nothing can be started afterwards.
    /// \par Cancellation
    /// None: it ends with the last run.
    boost::asio::awaitable<void> shutdown();

private:
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

/// Reads and checks a pipeline file. \throws ConfigError
Pipeline create_pipeline(const std::filesystem::path& config_path);

/// Reads a pipeline file and runs it to its end, with `.kahn/` in the current directory.
/// \throws ConfigError
Pipeline run_pipeline(const std::filesystem::path& config_path, RunOptions options = RunOptions());

}  // namespace kahn
