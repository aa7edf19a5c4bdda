#include "manager/schedule_analysis.hpp"

#include <kahn/graph/algorithms.hpp>

#include "base/text.hpp"
#include "engine/run_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <string>
#include <vector>

namespace kahn {
namespace {

using graph::NodeIndex;
using Kind = RunPlan::Kind;

std::vector<std::vector<std::string>> level_names(const Pipeline& pipeline, const RunPlan& plan) {
    std::vector<std::vector<std::string>> levels(plan.level_count());
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) levels[plan.level_of(s)].push_back(pipeline.stages[s].name);
    return levels;
}

/// Runs of at least two stages in which each is the only one after the one before it, and that the only one before it.
std::vector<std::vector<std::string>> chains(const Pipeline& pipeline, const graph::Graph& stages) {
    const std::size_t count = stages.size();
    std::vector<bool> continues(count);  // a chain that began earlier goes through it
    const auto next_in_chain = [&](NodeIndex s) {
        const auto after = stages.successors(s);
        return after.size() == 1 && stages.in_degree(after[0]) == 1 ? after[0] : static_cast<NodeIndex>(count);
    };
    for (NodeIndex s = 0; s < count; ++s) {
        if (const NodeIndex next = next_in_chain(s); next < count) continues[next] = true;
    }
    std::vector<std::vector<std::string>> found;
    for (NodeIndex s = 0; s < count; ++s) {
        if (continues[s] || next_in_chain(s) == count) continue;
        auto& chain = found.emplace_back();
        for (NodeIndex at = s; at < count; at = next_in_chain(at)) chain.push_back(pipeline.stages[at].name);
    }
    return found;
}

graph::Graph stage_graph(const Pipeline& pipeline, const RunPlan& plan) {
    std::vector<graph::Edge> edges;
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        for (const NodeIndex after : plan.graph()->successors(plan.end_of(s))) {
            edges.push_back({static_cast<NodeIndex>(s), plan.node(after).stage});
        }
    }
    return {pipeline.stages.size(), edges};
}

unsigned fewest_workers(const RunPlan& plan, std::chrono::nanoseconds bound) {
    // The makespan does not fall with every worker added, but the first count that reaches the bound is what is asked for.
    const auto enough = [&](unsigned workers) {
        return graph::makespan(*plan.graph(), plan.weights(), workers) <= bound + bound / 100;
    };
    unsigned few = 0;
    unsigned many = 1;
    const auto jobs = static_cast<unsigned>(plan.size());
    while (many < jobs && !enough(many)) {
        few = many;
        many *= 2;
    }
    while (many - few > 1) {
        const unsigned middle = few + (many - few) / 2;
        (enough(middle) ? many : few) = middle;
    }
    return many;
}

void suggest(const Pipeline& pipeline, const RunPlan& plan, unsigned workers, ScheduleAnalysis& analysis) {
    auto& suggestions = analysis.optimization_suggestions;
    const double longest = std::chrono::duration<double>(analysis.critical_path_duration).count();
    const double with_workers = std::chrono::duration<double>(analysis.makespan).count();
    if (longest > 0 && with_workers > 1.05 * longest) {
        suggestions.push_back("With " + std::to_string(workers) + " workers the run takes " + format_duration(analysis.makespan) +
                              "; with " + std::to_string(analysis.best_workers) + " it comes down to its critical path of " +
                              format_duration(analysis.critical_path_duration) + ".");
    }
    if (analysis.execution_levels.size() == pipeline.stages.size() && pipeline.stages.size() > 2) {
        suggestions.push_back("Every stage waits for the one before it. Stages that need nothing of each other can run at once "
                              "if their dependencies say so.");
    }
    for (const PipelineStage& stage : pipeline.stages) {
        if (stage.parallel || stage.jobs.size() < 2) continue;
        const bool is_critical = std::find(analysis.critical_path.begin(), analysis.critical_path.end(), stage.name) !=
                                 analysis.critical_path.end();
        if (!is_critical) continue;
        suggestions.push_back("Stage '" + stage.name + "' is on the critical path and runs its " +
                              std::to_string(stage.jobs.size()) + " jobs one after another (parallel: false).");
    }
    std::chrono::nanoseconds heaviest{0};
    for (const auto weight : plan.weights()) heaviest = std::max(heaviest, weight);
    if (analysis.critical_path.size() > 1 && heaviest > analysis.critical_path_duration / 2) {
        suggestions.push_back("Job '" + analysis.bottleneck + "' is more than half of the critical path; splitting it shortens "
                              "the run.");
    }
}

}  // namespace

ScheduleAnalysis analyse_schedule(const Pipeline& pipeline, const PastDurations& past, unsigned workers) {
    ScheduleAnalysis analysis;
    analysis.workers = workers;
    if (pipeline.stages.empty()) return analysis;

    const RunPlan plan(pipeline, ScheduleMode::live, past);
    const auto weights = plan.weights();
    analysis.execution_levels = level_names(pipeline, plan);
    for (const auto& level : analysis.execution_levels) {
        if (level.size() > 1) analysis.parallel_stages.push_back(level);
    }
    analysis.sequential_chains = chains(pipeline, stage_graph(pipeline, plan));

    std::chrono::nanoseconds longest_job{-1};
    for (const NodeIndex n : graph::critical_path(*plan.graph(), weights)) {
        const RunPlan::Node& node = plan.node(n);
        const PipelineStage& stage = pipeline.stages[node.stage];
        analysis.critical_path_duration += weights[n];
        if (analysis.critical_path.empty() || analysis.critical_path.back() != stage.name) analysis.critical_path.push_back(stage.name);
        if (node.kind == Kind::job && weights[n] > longest_job) {
            longest_job = weights[n];
            analysis.bottleneck = stage.name + "." + stage.jobs[node.job].name;
        }
    }
    analysis.total_work = std::accumulate(weights.begin(), weights.end(), std::chrono::nanoseconds{0});
    if (analysis.critical_path_duration.count() > 0) {
        analysis.estimated_parallelism =
            static_cast<double>(analysis.total_work.count()) / static_cast<double>(analysis.critical_path_duration.count());
    }
    analysis.makespan = graph::makespan(*plan.graph(), weights, workers);
    analysis.best_workers = fewest_workers(plan, analysis.critical_path_duration);
    suggest(pipeline, plan, workers, analysis);
    return analysis;
}

}  // namespace kahn
