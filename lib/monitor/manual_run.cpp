#include "monitor/manual_run.hpp"

#include <kahn/graph/algorithms.hpp>

#include "graph/stage_graph.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace kahn::monitor {
namespace {

using std::chrono::nanoseconds;

/// Start, end and duration from whichever two are known; what is missing is now.
template <class Timed>
void complete_times(Timed& it, SystemTime now) {
    if (!it.end_time) it.end_time = it.start_time && it.duration > nanoseconds{0} ? *it.start_time + it.duration : now;
    if (!it.start_time) it.start_time = *it.end_time - it.duration;
    if (it.duration == nanoseconds{0}) it.duration = std::max(nanoseconds{0}, nanoseconds(*it.end_time - *it.start_time));
}

void complete(PipelineJob& job, SystemTime now) {
    if (job.status == PipelineStatus::skipped) return;  // it took no time
    complete_times(job, now);
    if (!job.attempts.empty() || !job.reused_from.empty()) return;
    JobAttempt attempt;
    attempt.status = job.status;
    attempt.reason = job.reason;
    attempt.start_time = job.start_time;
    attempt.duration = job.duration;
    attempt.outcome.exit_code = job.exit_code;
    job.attempts.push_back(std::move(attempt));
}

/// What the jobs come to, by the engine's rule.
PipelineStatus status_of(const std::vector<PipelineJob>& jobs) {
    const auto any = [&jobs](PipelineStatus status) {
        return std::any_of(jobs.begin(), jobs.end(), [status](const PipelineJob& job) { return job.status == status && !job.allow_failure; });
    };
    if (any(PipelineStatus::failure)) return PipelineStatus::failure;
    if (any(PipelineStatus::cancelled)) return PipelineStatus::cancelled;
    const bool are_skipped = !jobs.empty() && std::all_of(jobs.begin(), jobs.end(), [](const PipelineJob& job) { return job.status == PipelineStatus::skipped; });
    return are_skipped ? PipelineStatus::skipped : PipelineStatus::success;
}

void conclude(PipelineStage& stage) {
    stage.status = status_of(stage.jobs);
    for (const PipelineJob& job : stage.jobs) {
        if (job.start_time && (!stage.start_time || *job.start_time < *stage.start_time)) stage.start_time = job.start_time;
        if (job.end_time && (!stage.end_time || *job.end_time > *stage.end_time)) stage.end_time = job.end_time;
    }
    if (stage.start_time && stage.end_time) stage.duration = nanoseconds(*stage.end_time - *stage.start_time);
    if (stage.status == PipelineStatus::failure) {
        const auto failed = std::find_if(stage.jobs.begin(), stage.jobs.end(), [](const PipelineJob& job) { return job.status == PipelineStatus::failure && !job.allow_failure; });
        stage.reason = Reason(Reason::Code::job_failed, failed->name);
    }
}

/// The longest chain of stages, each by its longest job.
std::vector<std::string> critical_path(const std::vector<PipelineStage>& stages, const graph::Graph& graph) {
    std::vector<graph::Weight> weights;
    std::vector<const PipelineJob*> longest;
    std::unordered_map<std::string_view, int> uses;
    for (const PipelineStage& stage : stages) {
        const auto job = std::max_element(stage.jobs.begin(), stage.jobs.end(), [](const PipelineJob& a, const PipelineJob& b) { return a.duration < b.duration; });
        longest.push_back(job == stage.jobs.end() ? nullptr : &*job);
        weights.push_back(longest.back() ? longest.back()->duration : graph::Weight{0});
        for (const PipelineJob& one : stage.jobs) ++uses[one.name];
    }
    std::vector<std::string> path;
    for (const graph::NodeIndex s : graph::critical_path(graph, weights)) {
        if (weights[s] == graph::Weight{0}) continue;
        const std::string& name = longest[s]->name;
        path.push_back(uses[name] == 1 ? name : stages[s].name + "." + name);
    }
    return path;
}

}  // namespace

ManualRun::ManualRun(std::string id, std::string_view pipeline, RunOrigin origin, SystemTime now) {
    record_.pipeline.run_id = std::move(id);
    record_.pipeline.name = pipeline;
    record_.pipeline.status = PipelineStatus::running;
    record_.pipeline.start_time = now;
    record_.origin = std::move(origin);
}

PipelineStage& ManualRun::stage_named(std::string_view name) {
    if (PipelineStage* const known = record_.pipeline.find_stage(name)) return *known;
    record_.pipeline.stages.emplace_back(std::string(name));
    record_.pipeline.stages.back().status = PipelineStatus::running;
    return record_.pipeline.stages.back();
}

void ManualRun::stage_completed(PipelineStage stage, SystemTime now) {
    PipelineStage& known = stage_named(stage.name);
    if (stage.jobs.empty()) stage.jobs = std::move(known.jobs);
    complete_times(stage, now);
    for (PipelineJob& job : stage.jobs) {
        if (is_end(job.status)) complete(job, now);
    }
    known = std::move(stage);
}

void ManualRun::job_completed(std::string_view stage, PipelineJob job, SystemTime now) {
    complete(job, now);
    PipelineStage& its = stage_named(stage);
    const auto known = std::find_if(its.jobs.begin(), its.jobs.end(), [&job](const PipelineJob& other) { return other.name == job.name; });
    if (known != its.jobs.end()) {
        *known = std::move(job);
    } else {
        its.jobs.push_back(std::move(job));
    }
}

void ManualRun::finish(std::optional<PipelineStatus> status, SystemTime now) {
    Pipeline& run = record_.pipeline;
    PipelineStatus found = PipelineStatus::success;
    for (PipelineStage& stage : run.stages) {
        if (!is_end(stage.status)) conclude(stage);
        if (stage.status == PipelineStatus::cancelled) found = PipelineStatus::cancelled;
        if (stage.status != PipelineStatus::failure || stage.allow_failure || run.reason) continue;
        run.reason = Reason(Reason::Code::job_failed, stage.name);
    }
    if (found != PipelineStatus::cancelled && run.reason) found = PipelineStatus::failure;
    run.status = status.value_or(found);
    if (run.status != PipelineStatus::failure) run.reason = Reason();
    run.end_time = now;
    run.duration = std::max(nanoseconds{0}, nanoseconds(now - *run.start_time));
    const graph::StageGraph stages(run.stages);
    if (!graph::find_cycle(*stages.graph()).empty()) return;
    const auto levels = graph::levels(*stages.graph());
    record_.levels = levels.empty() ? 0 : *std::max_element(levels.begin(), levels.end()) + 1;
    record_.critical_path = critical_path(run.stages, *stages.graph());
}

}  // namespace kahn::monitor
