#include "engine/run_plan.hpp"

#include <kahn/base/error.hpp>
#include <kahn/graph/algorithms.hpp>

#include "model/name_index.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kahn {
namespace {

using graph::Edge;
using graph::NodeIndex;
using graph::NodePolicy;

constexpr std::chrono::seconds unknown_job_duration{1};

Expression parse_condition(const PipelineStage& stage) {
    auto parsed = Expression::parse(stage.conditions.custom);
    if (const auto* bad = std::get_if<ExpressionError>(&parsed)) {
        throw Error(Errc::invalid_config, "stage '" + stage.name + "': " + bad->message);
    }
    return std::get<Expression>(std::move(parsed));
}

}  // namespace

RunPlan::RunPlan(const Pipeline& pipeline, ScheduleMode mode, const PastDurations& past) : mode_(mode) {
    const auto& stages = pipeline.stages;
    nodes_.reserve(pipeline.job_count() + 2 * stages.size());
    for (std::uint32_t s = 0; s < stages.size(); ++s) {
        first_node_.push_back(static_cast<NodeIndex>(nodes_.size()));
        nodes_.push_back({Kind::stage_begin, s, 0});
        for (std::uint32_t j = 0; j < stages[s].jobs.size(); ++j) nodes_.push_back({Kind::job, s, j});
        nodes_.push_back({Kind::stage_end, s, 0});
        conditions_.push_back(parse_condition(stages[s]));
    }
    first_node_.push_back(static_cast<NodeIndex>(nodes_.size()));

    weights_.resize(nodes_.size());
    for (NodeIndex n = 0; n < nodes_.size(); ++n) {
        const auto [kind, s, j] = nodes_[n];
        if (kind != Kind::job) continue;
        const auto known = past ? past(pipeline.name, stages[s].name, stages[s].jobs[j].name) : std::nullopt;
        weights_[n] = known ? std::max(*known, std::chrono::nanoseconds{1}) : unknown_job_duration;
    }
    add_edges(pipeline);
}

void RunPlan::add_edges(const Pipeline& pipeline) {
    const auto& stages = pipeline.stages;
    const NameIndex names(stages);
    std::vector<Edge> edges;
    std::vector<Edge> stage_edges;
    for (std::size_t s = 0; s < stages.size(); ++s) {
        const PipelineStage& stage = stages[s];
        for (const std::string& dependency : stage.dependencies) {
            const auto on = names.stage(dependency);
            if (!on) throw Error(Errc::invalid_config, "stage '" + stage.name + "' depends on '" + dependency + "', which is not there");
            edges.push_back({end_of(*on), begin_of(s)});
            stage_edges.push_back({static_cast<NodeIndex>(*on), static_cast<NodeIndex>(s)});
        }
        if (stage.jobs.empty()) edges.push_back({begin_of(s), end_of(s)});
        for (std::size_t j = 0; j < stage.jobs.size(); ++j) {
            const NodeIndex job = job_of(s, j);
            edges.push_back({begin_of(s), job});
            edges.push_back({job, end_of(s)});
            if (!stage.parallel && j > 0) edges.push_back({job_of(s, j - 1), job});
            for (const std::string& dependency : stage.jobs[j].dependencies) {
                const auto on = names.dependency(s, dependency);
                if (on.empty()) {
                    throw Error(Errc::invalid_config, "job '" + stage.name + "." + stage.jobs[j].name + "' depends on '" +
                                                          dependency + "', which is not there");
                }
                edges.push_back({job_of(on.front().stage, on.front().job), job});
            }
        }
    }
    const graph::Graph stage_graph(stages.size(), stage_edges);
    if (!graph::find_cycle(stage_graph).empty()) throw Error(Errc::invalid_config, "the stages depend on each other in a cycle");
    levels_ = graph::levels(stage_graph);
    for (const std::uint32_t level : levels_) level_count_ = std::max<std::size_t>(level_count_, level + 1);

    graph_ = std::make_shared<const graph::Graph>(nodes_.size(), edges);
    if (!graph::find_cycle(*graph_).empty()) throw Error(Errc::invalid_config, "the jobs depend on each other in a cycle");
}

NodeIndex RunPlan::job_of(std::size_t stage, std::size_t job) const {
    return first_node_[stage] + 1 + static_cast<NodeIndex>(job);
}

graph::SchedulerOptions RunPlan::scheduler_options() const {
    graph::SchedulerOptions options;
    options.priority = graph::remaining_path(*graph_, weights_);
    options.policy.resize(nodes_.size(), NodePolicy::normal);
    for (NodeIndex n = 0; n < nodes_.size(); ++n) {
        const Node& node = nodes_[n];
        if (node.kind == Kind::job) continue;
        options.policy[n] = NodePolicy::instant;
        // An end always speaks for its stage. A begin is asked about a bad upstream only if its condition looks at one.
        const bool asks = node.kind == Kind::stage_end || conditions_[node.stage].looks_at_status();
        if (asks) options.policy[n] = NodePolicy::instant | NodePolicy::asks;
    }
    if (mode_ == ScheduleMode::levels) {
        options.barrier.reserve(nodes_.size());
        for (const Node& node : nodes_) options.barrier.push_back(levels_[node.stage]);
    }
    return options;
}

std::vector<std::string> RunPlan::measured_critical_path(const Pipeline& finished_run) const {
    std::vector<std::chrono::nanoseconds> took(nodes_.size());
    std::unordered_map<std::string_view, int> uses;
    for (NodeIndex n = 0; n < nodes_.size(); ++n) {
        if (nodes_[n].kind != Kind::job) continue;
        const PipelineJob& job = finished_run.stages[nodes_[n].stage].jobs[nodes_[n].job];
        took[n] = job.duration;
        ++uses[job.name];
    }
    std::vector<std::string> path;
    for (const NodeIndex n : graph::critical_path(*graph_, took)) {
        if (nodes_[n].kind != Kind::job || took[n] == std::chrono::nanoseconds{0}) continue;
        const PipelineStage& stage = finished_run.stages[nodes_[n].stage];
        const PipelineJob& job = stage.jobs[nodes_[n].job];
        path.push_back(uses[job.name] == 1 ? job.name : stage.name + "." + job.name);
    }
    return path;
}

}  // namespace kahn
