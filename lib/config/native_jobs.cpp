#include "config/native_jobs.hpp"

#include "config/codes.hpp"

#include "base/text.hpp"

#include <string>
#include <utility>

namespace kahn::config {

NativePlace first_native_job(const Pipeline& pipeline) {
    for (const PipelineStage& stage : pipeline.stages) {
        for (const PipelineJob& job : stage.jobs) {
            if (job.native) return {&stage, &job};
        }
    }
    return {};
}

Pipeline with_commands_for_native_jobs(Pipeline pipeline) {
    for (PipelineStage& stage : pipeline.stages) {
        for (PipelineJob& job : stage.jobs) {
            if (job.native && job.commands.empty()) job.commands = {"a coroutine"};
        }
    }
    return pipeline;
}

std::vector<Diagnostic> check_native_jobs(const Pipeline& pipeline) {
    std::vector<Diagnostic> found;
    for (const PipelineStage& stage : pipeline.stages) {
        for (const PipelineJob& job : stage.jobs) {
            if (!job.native) continue;
            const auto refuse = [&](const char* what) {
                Diagnostic& diagnostic = found.emplace_back();
                diagnostic.code = to_string(Code::mixed_work);
                diagnostic.message = "job '" + printable(stage.name) + "." + printable(job.name) + "' has a coroutine, and " + what + " beside it";
                diagnostic.location = job.location;
            };
            if (!job.commands.empty()) refuse("commands");
            if (job.github) refuse("a workflow on GitHub");
            if (!job.wrap.empty()) refuse("a wrapper of commands");
            if (job.leftovers != LeftoverPolicy::kill) refuse("a policy for processes that are left");
        }
    }
    return found;
}

}  // namespace kahn::config
