#include <kahn/model/pipeline.hpp>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace kahn {
namespace {

auto definition(const PipelineJob& job) {
    return std::tie(job.name, job.commands, job.github, job.native, job.wrap, job.leftovers, job.environment, job.artifacts, job.junit_reports, job.dependencies, job.timeout,
                    job.retry_count, job.retry_delay, job.allow_failure, job.working_directory);
}

auto definition(const PipelineStage& stage) {
    return std::tie(stage.name, stage.jobs, stage.dependencies, stage.environment, stage.allow_failure, stage.parallel,
                    stage.conditions);
}

auto definition(const Pipeline& pipeline) {
    return std::tie(pipeline.name, pipeline.description, pipeline.variables, pipeline.secrets, pipeline.triggers,
                    pipeline.timeout, pipeline.stages);
}

}  // namespace

std::string_view to_string(Trigger trigger) noexcept {
    switch (trigger) {
        case Trigger::push: return "push";
        case Trigger::pull_request: return "pull_request";
        case Trigger::manual: return "manual";
        case Trigger::schedule: return "schedule";
    }
    return "unknown";
}

std::optional<Trigger> parse_trigger(std::string_view word) noexcept {
    for (const Trigger trigger : {Trigger::push, Trigger::pull_request, Trigger::manual, Trigger::schedule}) {
        if (to_string(trigger) == word) return trigger;
    }
    return std::nullopt;
}

std::string_view to_string(LeftoverPolicy policy) noexcept {
    switch (policy) {
        case LeftoverPolicy::kill: return "kill";
        case LeftoverPolicy::keep: return "keep";
        case LeftoverPolicy::fail: return "fail";
    }
    return "unknown";
}

std::optional<LeftoverPolicy> parse_leftover_policy(std::string_view word) noexcept {
    for (const LeftoverPolicy policy : {LeftoverPolicy::kill, LeftoverPolicy::keep, LeftoverPolicy::fail}) {
        if (to_string(policy) == word) return policy;
    }
    return std::nullopt;
}

const PipelineStage* Pipeline::find_stage(std::string_view stage_name) const noexcept {
    const auto found = std::find_if(stages.begin(), stages.end(),
                                    [stage_name](const PipelineStage& stage) { return stage.name == stage_name; });
    return found == stages.end() ? nullptr : &*found;
}

PipelineStage* Pipeline::find_stage(std::string_view stage_name) noexcept {
    return const_cast<PipelineStage*>(std::as_const(*this).find_stage(stage_name));
}

std::size_t Pipeline::job_count() const noexcept {
    return std::accumulate(stages.begin(), stages.end(), std::size_t{0},
                           [](std::size_t sum, const PipelineStage& stage) { return sum + stage.jobs.size(); });
}

bool operator==(const PipelineJob& a, const PipelineJob& b) { return definition(a) == definition(b); }
bool operator==(const PipelineStage& a, const PipelineStage& b) { return definition(a) == definition(b); }
bool operator==(const Pipeline& a, const Pipeline& b) { return definition(a) == definition(b); }

}  // namespace kahn
