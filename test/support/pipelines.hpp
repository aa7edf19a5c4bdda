#pragma once

#include <kahn/model/pipeline.hpp>

#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

/// A job whose command is its name, for executors that do not look at commands.
inline PipelineJob job(std::string name, std::vector<std::string> dependencies = {}) {
    PipelineJob job(name, {name});
    job.dependencies = std::move(dependencies);
    return job;
}

inline PipelineJob shell_job(std::string name, std::string command) {
    return PipelineJob(std::move(name), {std::move(command)});
}

inline PipelineStage stage(std::string name, std::vector<PipelineJob> jobs, std::vector<std::string> dependencies = {}) {
    PipelineStage stage(std::move(name), std::move(jobs));
    stage.dependencies = std::move(dependencies);
    return stage;
}

/// A stage with one job of the same name.
inline PipelineStage single(std::string name, std::vector<std::string> dependencies = {}) {
    return stage(name, {job(name)}, std::move(dependencies));
}

inline Pipeline pipeline(std::vector<PipelineStage> stages) {
    Pipeline pipeline;
    pipeline.name = "test";
    pipeline.stages = std::move(stages);
    return pipeline;
}

}  // namespace kahn::test
