#pragma once

#include <kahn/engine/options.hpp>
#include <kahn/graph/scheduler.hpp>
#include <kahn/model/pipeline.hpp>

#include "model/expression.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kahn {

/// A pipeline as one flat graph: each stage is a node where it begins, a node a job, and a node where it ends.
///
///     build.begin -> build.a -> build.end -> test.begin -> ...
///                 -> build.b ->
///
/// What a stage waits for are the ends of others; so one scheduler sees every job of every stage, and the longest remaining
/// path is that of the whole run. Begin and end are instant: they take no worker.
class RunPlan {
public:
    enum class Kind : std::uint8_t { stage_begin, job, stage_end };
    struct Node {
        Kind kind = Kind::job;
        std::uint32_t stage = 0;
        std::uint32_t job = 0;  ///< within its stage; only for jobs
    };

    /// \pre the pipeline is valid
    RunPlan(const Pipeline& pipeline, ScheduleMode mode, const PastDurations& past);

    const std::shared_ptr<const graph::Graph>& graph() const noexcept { return graph_; }
    graph::SchedulerOptions scheduler_options() const;

    const Node& node(graph::NodeIndex index) const { return nodes_[index]; }
    graph::NodeIndex begin_of(std::size_t stage) const { return first_node_[stage]; }
    graph::NodeIndex job_of(std::size_t stage, std::size_t job) const;
    graph::NodeIndex end_of(std::size_t stage) const { return first_node_[stage + 1] - 1; }
    std::size_t size() const noexcept { return nodes_.size(); }
    std::size_t level_count() const noexcept { return level_count_; }
    std::uint32_t level_of(std::size_t stage) const { return levels_[stage]; }

    /// One a node: a job's expected duration, zero for begin and end.
    std::span<const std::chrono::nanoseconds> weights() const noexcept { return weights_; }
    const Expression& condition(std::size_t stage) const { return conditions_[stage]; }

    /// The longest chain of jobs by what they took in the run: `job`, or `stage.job` where a job's name is not the only one.
    std::vector<std::string> measured_critical_path(const Pipeline& finished_run) const;

private:
    void add_edges(const Pipeline& pipeline);

    std::shared_ptr<const graph::Graph> graph_;
    std::vector<Node> nodes_;
    std::vector<graph::NodeIndex> first_node_;  // of each stage, and one past the last
    std::vector<std::chrono::nanoseconds> weights_;
    std::vector<Expression> conditions_;
    std::vector<std::uint32_t> levels_;
    std::size_t level_count_ = 0;
    ScheduleMode mode_;
};

}  // namespace kahn
