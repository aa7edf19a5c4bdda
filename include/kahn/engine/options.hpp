#pragma once

#include <kahn/base/time.hpp>
#include <kahn/engine/executor.hpp>
#include <kahn/model/event.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/process/options.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn {

/// How long a job took in the past, if that is known. Called on the thread that starts a run.
using PastDurations = std::function<std::optional<std::chrono::nanoseconds>(
    std::string_view pipeline, std::string_view stage, std::string_view job)>;

/// What all runs of one engine share.
struct EngineOptions {
    EngineOptions() = default;

    unsigned max_workers = 10;  ///< jobs that run at once, over all runs. 0: no limit
    ProcessOptions process;
    std::shared_ptr<Executor> executor;                ///< where commands run; nothing: on this machine
    std::shared_ptr<Executor> github_executor;         ///< where `github` jobs run; nothing: they fail, and say so
    std::shared_ptr<Clock> clock;                      ///< nothing: the machine's
    PastDurations past_durations;                      ///< nothing: every job counts as one second
    std::vector<std::shared_ptr<Observer>> observers;  ///< of every run
};
static_assert(!std::is_aggregate_v<EngineOptions>);

/// When a stage may start.
enum class ScheduleMode {
    live,    ///< the instant that what it depends on has ended
    levels,  ///< when every stage of the level above has ended: a barrier, to compare with
};

/// A job that is about to start, for whoever may know its result already. What it refers to is there until the answer.
struct ReuseQuestion {
    ReuseQuestion(const Pipeline& run_, const PipelineStage& stage_, const PipelineJob& job_, std::filesystem::path artifacts_,
                  std::filesystem::path all_artifacts_)
        : run(run_), stage(stage_), job(job_), artifacts(std::move(artifacts_)), all_artifacts(std::move(all_artifacts_)) {}

    const Pipeline& run;
    const PipelineStage& stage;
    const PipelineJob& job;           ///< with its digest
    std::filesystem::path artifacts;  ///< where its artifacts belong, absolute; below `all_artifacts`
    std::filesystem::path all_artifacts;
};

/// The recorded success that stands for a job, with its artifacts where they belong: its outputs, tests, tails, and
/// PipelineJob::reused_from count. Nothing: the job runs. Awaited on the run's strand, which is to have its turn now and then
/// where this takes long; what it throws is a warning of the job, which then runs.
/// \par Cancellation
/// `terminal`, when the run is ended: whatever it answers then, the job does not run.
using ReuseJob = std::function<boost::asio::awaitable<std::optional<PipelineJob>>(ReuseQuestion)>;

/// What one run does differently.
struct RunOptions {
    RunOptions() = default;
    RunOptions(Variables overrides) : variables(std::move(overrides)) {}  // NOLINT: variables are what most runs differ in

    Variables variables;                ///< over the pipeline's own
    std::vector<std::string> secrets;   ///< names of further variables whose values are never shown or written
    std::optional<std::string> branch;  ///< for conditions; nothing: the git branch of the working directory
    std::vector<std::string> stages;    ///< only these, and all they depend on; empty: all
    std::vector<std::string> jobs;      ///< `job` or `stage.job`: only these, and all they depend on; empty: all
    ScheduleMode schedule = ScheduleMode::live;
    bool fail_fast = false;                          ///< the first failure that is not allowed ends the run
    std::filesystem::path working_directory;         ///< empty: the process's own
    std::vector<std::shared_ptr<Observer>> observers;  ///< of this run, after the engine's
    ReuseJob reuse;      ///< asked before each job; nothing: every job runs
    /// The trace that it is part of (W3C `traceparent`); empty: that of kahn's own environment, and if there is none, one of its
    /// own. Each attempt's environment has a `TRACEPARENT` below it, RunStarted and the record have its id.
    std::string traceparent;
    std::string parent;  ///< the run that this one continues, for the record
};
static_assert(!std::is_aggregate_v<RunOptions>);

}  // namespace kahn
