#pragma once

#include <kahn/engine/options.hpp>
#include <kahn/graph/scheduler.hpp>
#include <kahn/model/pipeline.hpp>

#include "graph/job_graph.hpp"
#include "model/expression.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kahn {

/// What a run goes by: the graph of its stages' begins and ends and of its jobs, with what the scheduler is to know of each node.
/// Begin and end are instant, they take no worker; nor does a workflow on GitHub, which only waits here.
class RunPlan {
public:
    using Kind = graph::JobGraph::Kind;
    using Node = graph::JobGraph::Node;

    /// \pre the pipeline is valid
    RunPlan(const Pipeline& pipeline, ScheduleMode mode, const PastDurations& past);

    const std::shared_ptr<const graph::Graph>& graph() const noexcept { return jobs_.graph(); }
    graph::SchedulerOptions scheduler_options() const;

    const Node& node(graph::NodeIndex index) const { return jobs_.node(index); }
    graph::NodeIndex begin_of(std::size_t stage) const { return jobs_.begin_of(stage); }
    graph::NodeIndex job_of(std::size_t stage, std::size_t job) const { return jobs_.job_of(stage, job); }
    graph::NodeIndex end_of(std::size_t stage) const { return jobs_.end_of(stage); }
    std::size_t size() const noexcept { return jobs_.size(); }
    std::size_t level_count() const noexcept { return level_count_; }
    std::uint32_t level_of(std::size_t stage) const { return jobs_.stage_levels()[stage]; }

    /// One a node: a job's expected duration, zero for begin and end.
    std::span<const std::chrono::nanoseconds> weights() const noexcept { return weights_; }
    const Expression& condition(std::size_t stage) const { return conditions_[stage]; }

    /// The longest chain of jobs by what they took in the run: `job`, or `stage.job` where a job's name is not the only one.
    std::vector<std::string> measured_critical_path(const Pipeline& finished_run) const;

private:
    graph::JobGraph jobs_;
    std::vector<std::chrono::nanoseconds> weights_;
    std::vector<bool> is_elsewhere_;  // by node: its work is done by another machine
    std::vector<Expression> conditions_;
    std::size_t level_count_ = 0;
    ScheduleMode mode_;
};

}  // namespace kahn
