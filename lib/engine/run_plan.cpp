#include "engine/run_plan.hpp"

#include <kahn/base/error.hpp>
#include <kahn/graph/algorithms.hpp>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace kahn {
namespace {

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

RunPlan::RunPlan(const Pipeline& pipeline, ScheduleMode mode, const PastDurations& past) : jobs_(pipeline), mode_(mode) {
    const auto& stages = pipeline.stages;
    for (const PipelineStage& stage : stages) conditions_.push_back(parse_condition(stage));
    for (const std::uint32_t level : jobs_.stage_levels()) level_count_ = std::max<std::size_t>(level_count_, level + 1);
    weights_.resize(size());
    is_elsewhere_.resize(size());
    for (NodeIndex n = 0; n < size(); ++n) {
        const auto [kind, s, j] = node(n);
        if (kind != Kind::job) continue;
        is_elsewhere_[n] = stages[s].jobs[j].github.has_value();
        const auto known = past ? past(pipeline.name, stages[s].name, stages[s].jobs[j].name) : std::nullopt;
        weights_[n] = known ? std::max(*known, std::chrono::nanoseconds{1}) : unknown_job_duration;
    }
}

graph::SchedulerOptions RunPlan::scheduler_options() const {
    graph::SchedulerOptions options;
    options.priority = graph::remaining_path(*graph(), weights_);
    options.policy.resize(size(), NodePolicy::normal);
    for (NodeIndex n = 0; n < size(); ++n) {
        const Node& its = node(n);
        if (its.kind == Kind::job) {
            if (is_elsewhere_[n]) options.policy[n] = NodePolicy::instant;
            continue;
        }
        options.policy[n] = NodePolicy::instant;
        // An end always speaks for its stage. A begin is asked about a bad upstream only if its condition looks at one.
        const bool asks = its.kind == Kind::stage_end || conditions_[its.stage].looks_at_status();
        if (asks) options.policy[n] = NodePolicy::instant | NodePolicy::asks;
    }
    if (mode_ == ScheduleMode::levels) {
        options.barrier.reserve(size());
        for (NodeIndex n = 0; n < size(); ++n) options.barrier.push_back(level_of(node(n).stage));
    }
    return options;
}

std::vector<std::string> RunPlan::measured_critical_path(const Pipeline& finished_run) const {
    std::vector<std::chrono::nanoseconds> took(size());
    std::unordered_map<std::string_view, int> uses;
    for (NodeIndex n = 0; n < size(); ++n) {
        if (node(n).kind != Kind::job) continue;
        const PipelineJob& job = finished_run.stages[node(n).stage].jobs[node(n).job];
        took[n] = job.duration;
        ++uses[job.name];
    }
    std::vector<std::string> path;
    for (const NodeIndex n : graph::critical_path(*graph(), took)) {
        if (node(n).kind != Kind::job || took[n] == std::chrono::nanoseconds{0}) continue;
        const PipelineStage& stage = finished_run.stages[node(n).stage];
        const PipelineJob& job = stage.jobs[node(n).job];
        path.push_back(uses[job.name] == 1 ? job.name : stage.name + "." + job.name);
    }
    return path;
}

}  // namespace kahn
