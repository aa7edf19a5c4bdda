#pragma once

#include <kahn/base/log.hpp>
#include <kahn/engine/options.hpp>
#include <kahn/graph/driver.hpp>
#include <kahn/model/pipeline.hpp>

#include "engine/deadline.hpp"
#include "engine/event_stream.hpp"
#include "engine/job_executors.hpp"
#include "engine/job_digest.hpp"
#include "engine/job_setup.hpp"
#include "engine/prepared_run.hpp"
#include "engine/run_clock.hpp"
#include "engine/run_control.hpp"
#include "engine/run_files.hpp"
#include "engine/run_plan.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kahn {

/// What a run takes from its engine. The engine may be gone before the run is.
class RunResources {
public:
    RunResources() = default;

    JobExecutors executors;
    std::shared_ptr<Clock> clock;  ///< of the engine: a run has its own over it
    std::shared_ptr<graph::WorkerSlots> slots;
    PastDurations past_durations;
    std::vector<std::shared_ptr<Observer>> observers;
    std::filesystem::path workspace;  ///< absolute
    Logger logger;
};

/// One execution of a pipeline, on one strand: decides what each node of the plan does, and tells the observers.
///
/// decide() answers for all that takes no time: stages, skips, what was cancelled before it began. run() is for jobs.
class Run final : public graph::NodeWork, public std::enable_shared_from_this<Run> {
public:
    /// \throws Error (invalid_config) for what cannot run at all
    Run(boost::asio::any_io_executor strand, RunResources resources, PreparedRun prepared, RunOptions options,
        std::shared_ptr<Suspension> suspension);
    ~Run() override;

    /// Runs all of it. Does not throw for what a job, an executor or an observer does.
    boost::asio::awaitable<Pipeline> execute(std::shared_ptr<RunControl> control);

    // graph::NodeWork
    std::optional<graph::Outcome> decide(graph::NodeIndex node) override;
    boost::asio::awaitable<graph::Outcome> run(graph::NodeIndex node) override;
    void skipped(const graph::Scheduler::Skipped& skip) override;

    // What a running job needs of its run.

    /// A job that is being run, as long as it is.
    class RunningJob {
    public:
        RunningJob() = default;

        std::optional<Reason> told_to_end;  ///< the first reason counts
        std::unique_ptr<Deadline> urge;     ///< repeats a cancellation that is to be at once
    };

    const boost::asio::any_io_executor& strand() const noexcept { return strand_; }
    const RunResources& resources() const noexcept { return resources_; }
    const std::shared_ptr<RunClock>& clock() const noexcept { return clock_; }
    const std::shared_ptr<Suspension>& suspension() const noexcept { return suspension_; }
    const RunContext& context() const noexcept { return context_; }
    /// A `traceparent` for one attempt.
    std::string new_span() { return context_.trace.new_child(); }
    const RunFiles& files() const noexcept { return files_; }
    const RunPlan::Node& node(graph::NodeIndex index) const { return plan_.node(index); }
    /// What is to be run, secrets and all: for what nobody sees but the job itself.
    const PipelineStage& definition_of(std::size_t stage) const { return (definition_ ? *definition_ : pipeline_).stages[stage]; }
    const std::shared_ptr<const Masker>& masker() const noexcept { return masker_; }  ///< null: there is nothing to hide
    PipelineStage& stage_of(graph::NodeIndex node) { return pipeline_.stages[plan_.node(node).stage]; }
    PipelineJob& job_of(graph::NodeIndex node) { return stage_of(node).jobs[plan_.node(node).job]; }
    EventStream& events() noexcept { return events_; }
    Lineage& lineage() noexcept { return lineage_; }
    const ReuseJob& reuse() const noexcept { return options_.reuse; }
    const Pipeline& pipeline() const noexcept { return pipeline_; }
    SteadyTime ready_since(graph::NodeIndex node) const { return ready_since_[node]; }
    bool is_stopping() const noexcept { return stop_.has_value(); }

    void job_started(graph::NodeIndex node, RunningJob& job) { running_[node] = &job; }
    void job_ended(graph::NodeIndex node);
    /// Tells a running job to end. \param reason why, unless it was told before
    void end_job(graph::NodeIndex node, const Reason& reason, bool at_once = false);

private:
    void insist(graph::NodeIndex node);
    void start();
    void say(const std::string& what) const;
    void finish(const std::string& internal_failure);
    const PipelineStage* first_cancelled_stage() const;
    void stop(StopRequest request);
    void observer_failed(Reason reason);
    bool survives_stop(std::size_t stage) const;
    Reason stop_reason() const;

    std::optional<graph::Outcome> decide_node(graph::NodeIndex node);
    graph::Outcome begin_stage(graph::NodeIndex node);
    graph::Outcome end_stage(graph::NodeIndex node);
    void judge_stage(PipelineStage& stage) const;
    void settle_job(graph::NodeIndex node, PipelineStatus status, Reason reason);
    Reason upstream_reason(graph::Outcome outcome, std::optional<graph::NodeIndex> cause, std::size_t stage) const;
    void left(graph::NodeIndex node);
    const std::string& branch();
    void hide_secrets(Reason& reason) const;

    boost::asio::any_io_executor strand_;
    RunResources resources_;
    std::shared_ptr<Suspension> suspension_;
    std::shared_ptr<RunClock> clock_;
    std::shared_ptr<const Pipeline> definition_;  // null: pipeline_ has nothing to hide
    std::shared_ptr<const Masker> masker_;
    Pipeline pipeline_;  // what everybody sees
    RunOptions options_;
    RunPlan plan_;
    RunFiles files_;
    RunContext context_;
    Lineage lineage_;
    EventStream events_;
    graph::Driver driver_;

    std::vector<RunningJob*> running_;      // by node; null: it does not run
    std::vector<SteadyTime> ready_since_;   // by node: when the last of what it waits for ended
    std::vector<SteadyTime> stage_began_;
    std::optional<StopRequest> stop_;
    std::optional<Reason> observer_failure_;
    std::optional<std::string> branch_;
    std::string first_failure_;             // `stage.job`
    SteadyTime began_;
};

}  // namespace kahn
