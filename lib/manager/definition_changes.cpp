#include "manager/definition_changes.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <utility>

namespace kahn {
namespace {

const PipelineJob* find_job(const PipelineStage& stage, const std::string& name) {
    const auto found = std::find_if(stage.jobs.begin(), stage.jobs.end(), [&](const PipelineJob& job) { return job.name == name; });
    return found == stage.jobs.end() ? nullptr : &*found;
}

/// Those that decide its result.
std::vector<std::string> deciding(const PipelineJob& before, const PipelineJob& now) {
    std::vector<std::string> parts;
    if (before.commands != now.commands) parts.emplace_back("commands");
    if (before.github != now.github) parts.emplace_back("github");
    if (before.wrap != now.wrap) parts.emplace_back("executor");
    if (before.leftovers != now.leftovers) parts.emplace_back("leftovers");
    if (before.environment != now.environment) parts.emplace_back("environment");
    if (before.working_directory != now.working_directory) parts.emplace_back("working_directory");
    if (before.artifacts != now.artifacts) parts.emplace_back("artifacts");
    if (before.dependencies != now.dependencies) parts.emplace_back("dependencies");
    return parts;
}

std::vector<std::string> all_parts(const PipelineJob& before, const PipelineJob& now) {
    auto parts = deciding(before, now);
    if (before.timeout != now.timeout) parts.emplace_back("timeout");
    if (before.retry_count != now.retry_count || before.retry_delay != now.retry_delay) parts.emplace_back("retries");
    if (before.allow_failure != now.allow_failure) parts.emplace_back("allow_failure");
    if (before.junit_reports != now.junit_reports) parts.emplace_back("reports");
    return parts;
}

std::vector<std::string> all_parts(const PipelineStage& before, const PipelineStage& now) {
    std::vector<std::string> parts;
    if (before.dependencies != now.dependencies) parts.emplace_back("dependencies");
    if (before.environment != now.environment) parts.emplace_back("environment");
    if (before.allow_failure != now.allow_failure) parts.emplace_back("allow_failure");
    if (before.parallel != now.parallel) parts.emplace_back("parallel");
    if (!(before.conditions == now.conditions)) parts.emplace_back("conditions");
    return parts;
}

void note(std::vector<std::string>& changes, std::string what, const std::vector<std::string>& parts) {
    if (!parts.empty()) changes.push_back(std::move(what) + ": " + join(parts, ", "));
}

}  // namespace

std::vector<std::string> definition_changes(const Pipeline& before, const Pipeline& now) {
    std::vector<std::string> changes;
    std::vector<std::string> whole;
    if (before.name != now.name) whole.emplace_back("name");
    if (before.variables != now.variables) whole.emplace_back("variables");
    if (before.secrets != now.secrets) whole.emplace_back("secrets");
    if (before.timeout != now.timeout) whole.emplace_back("timeout");
    if (before.triggers != now.triggers) whole.emplace_back("triggers");
    note(changes, "pipeline", whole);
    for (const PipelineStage& stage : now.stages) {
        const PipelineStage* const old = before.find_stage(stage.name);
        if (!old) {
            changes.push_back("stage " + stage.name + ": is new");
            continue;
        }
        note(changes, "stage " + stage.name, all_parts(*old, stage));
        for (const PipelineJob& job : stage.jobs) {
            const std::string name = "job " + stage.name + "." + job.name;
            if (const PipelineJob* const old_job = find_job(*old, job.name)) {
                note(changes, name, all_parts(*old_job, job));
            } else {
                changes.push_back(name + ": is new");
            }
        }
        for (const PipelineJob& job : old->jobs) {
            if (!find_job(stage, job.name)) changes.push_back("job " + stage.name + "." + job.name + ": is gone");
        }
    }
    for (const PipelineStage& stage : before.stages) {
        if (!now.find_stage(stage.name)) changes.push_back("stage " + stage.name + ": is gone");
    }
    return changes;
}

std::string changed_parts(const Pipeline& before, const Pipeline& now, const PipelineStage& stage, const PipelineJob& job) {
    std::vector<std::string> parts;
    const PipelineStage* const old_stage = before.find_stage(stage.name);
    if (const PipelineJob* const old = old_stage ? find_job(*old_stage, job.name) : nullptr) parts = deciding(*old, job);
    if (before.variables != now.variables) parts.emplace_back("variables");
    if (old_stage && old_stage->environment != stage.environment) parts.emplace_back("the stage's environment");
    if (old_stage && old_stage->dependencies != stage.dependencies) parts.emplace_back("the stage's dependencies");
    return parts.empty() ? "what it depends on, or the environment" : join(parts, ", ");
}

}  // namespace kahn
