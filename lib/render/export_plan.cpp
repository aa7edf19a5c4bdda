#include "render/export_plan.hpp"

#include <kahn/graph/algorithms.hpp>

#include "base/text.hpp"
#include "graph/stage_graph.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace kahn::render {
namespace {

bool keeps_artifacts(const PipelineJob& job) { return !job.artifacts.empty(); }

}  // namespace

ExportPlan::ExportPlan(const Pipeline& pipeline) : pipeline_(pipeline), index_(pipeline.stages), names_(pipeline.stages) {
    const auto& stages = pipeline.stages;
    for (const PipelineStage& stage : stages) {
        auto& on = dependencies_.emplace_back();
        for (const std::string& name : stage.dependencies) {
            if (const auto found = index_.stage(name); found && std::find(on.begin(), on.end(), *found) == on.end()) on.push_back(*found);
        }
        conditions_.push_back(export_condition(pipeline, stage));
    }
    has_dependents_.resize(stages.size());
    for (const auto& on : dependencies_) {
        for (const std::size_t s : on) has_dependents_[s] = true;
    }
    const graph::StageGraph stage_graph(stages);
    const auto levels = graph::levels(*stage_graph.graph());
    order_.resize(stages.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    std::sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return std::pair(levels[a], a) < std::pair(levels[b], b); });
    keepers_.resize(stages.size());
    for (const std::size_t s : order_) {
        for (const std::size_t on : dependencies_[s]) {
            keepers_[s].insert(keepers_[on].begin(), keepers_[on].end());
            if (std::any_of(stages[on].jobs.begin(), stages[on].jobs.end(), keeps_artifacts)) keepers_[s].insert(on);
        }
    }
    for (std::size_t s = 0; s < stages.size(); ++s) {
        for (std::size_t j = 0; j < stages[s].jobs.size(); ++j) {
            for (const JobReference& on : imports({s, j})) imported_.emplace(on.stage, on.job);
            for (const JobReference& on : required({s, j})) required_.emplace(on.stage, on.job);
        }
    }
}

std::set<std::size_t> ExportPlan::ancestors(std::size_t stage) const {
    std::set<std::size_t> found;
    std::vector<std::size_t> work = dependencies_[stage];
    while (!work.empty()) {
        const std::size_t next = work.back();
        work.pop_back();
        if (!found.insert(next).second) continue;
        work.insert(work.end(), dependencies_[next].begin(), dependencies_[next].end());
    }
    return found;
}

std::vector<JobReference> ExportPlan::imports(JobReference place) const {
    std::vector<JobReference> found;
    for (const std::string& name : job(place).dependencies) {
        const auto on = index_.dependency(place.stage, name);
        if (!on.empty()) found.push_back(on.front());
    }
    return found;
}

std::vector<JobReference> ExportPlan::required(JobReference place) const {
    std::vector<JobReference> found = imports(place);
    const JobReference previous{place.stage, place.job - 1};
    const bool is_chained = !stage(place.stage).parallel && place.job > 0;
    if (is_chained && std::find(found.begin(), found.end(), previous) == found.end()) found.push_back(previous);
    return found;
}

std::vector<JobReference> ExportPlan::keepers_before(JobReference place) const {
    std::vector<JobReference> found;
    const auto add = [&](JobReference other) {
        if (keeps_artifacts(job(other))) found.push_back(other);
    };
    for (const std::size_t s : keepers_[place.stage]) {
        for (std::size_t j = 0; j < stage(s).jobs.size(); ++j) add({s, j});
    }
    std::set<std::size_t> own;
    std::vector<JobReference> work{place};
    while (!work.empty()) {
        const auto required_jobs = required(work.back());
        work.pop_back();
        for (const JobReference& on : required_jobs) {
            if (on.stage != place.stage || !own.insert(on.job).second) continue;
            work.push_back(on);
        }
    }
    for (const std::size_t j : own) add({place.stage, j});
    return found;
}

bool ExportPlan::has_inner_order(std::size_t s) const {
    for (std::size_t j = 0; j < stage(s).jobs.size(); ++j) {
        const auto on = required({s, j});
        if (std::any_of(on.begin(), on.end(), [s](const JobReference& other) { return other.stage == s; })) return true;
    }
    return false;
}

std::string named(const PipelineStage& stage, const PipelineJob& job) { return "job '" + printable(stage.name + '.' + job.name) + "'"; }

std::vector<std::string> common_notes(const ExportPlan& plan) {
    const Pipeline& pipeline = plan.pipeline();
    std::vector<std::string> notes;
    if (pipeline.timeout != Pipeline().timeout) {
        notes.push_back("timeout: there is none for a whole run; the timeouts of the jobs hold");
    }
    bool has_order = false;
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        has_order = has_order || !plan.dependencies(s).empty() || plan.has_inner_order(s);
    }
    if (has_order) notes.emplace_back("files: jobs share no directory there; what a job needs from those before it, these have to name as artifacts");
    for (std::size_t s = 0; s < pipeline.stages.size(); ++s) {
        const PipelineStage& stage = pipeline.stages[s];
        if (!plan.condition(s)) {
            notes.push_back("stage '" + printable(stage.name) + "': its condition asks for a value that is not known before a run; it never runs there");
        }
        for (const PipelineJob& job : stage.jobs) {
            if (job.github) notes.push_back(named(stage, job) + ": a workflow on GitHub is not started from there; the job fails");
            if (job.native) notes.push_back(named(stage, job) + ": a coroutine of a program cannot run there; the job fails");
            const bool has_names = std::any_of(job.wrap.begin(), job.wrap.end(), [](const std::string& word) {
                return word.find("${") != std::string::npos;
            });
            if (has_names) notes.push_back(named(stage, job) + ": nothing is expanded there in the words of 'executor'; they stand as they are");
            if (job.leftovers != LeftoverPolicy::kill) {
                notes.push_back(named(stage, job) + ": leftovers: " + std::string(to_string(job.leftovers)) + " cannot be said; the runner decides about processes that stay");
            }
            const bool asks = std::any_of(job.commands.begin(), job.commands.end(), [](const std::string& command) {
                return command.find("KAHN_WORKSPACE") != std::string::npos;
            });
            if (asks) notes.push_back(named(stage, job) + ": KAHN_WORKSPACE is not set there");
        }
    }
    return notes;
}

}  // namespace kahn::render
