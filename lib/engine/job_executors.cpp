#include "engine/job_executors.hpp"

#include <kahn/base/error.hpp>

#include <algorithm>

namespace kahn {

std::shared_ptr<Executor> JobExecutors::of(const PipelineJob& job) const {
    if (job.native) return native;
    if (!job.github) return commands;
    if (github) return github;
    throw NotImplemented("job '" + job.name + "' runs on GitHub, which this engine was not given the means for");
}

void JobExecutors::kill_all(std::chrono::milliseconds limit) const noexcept {
    const auto end = std::chrono::steady_clock::now() + limit;
    for (const auto& executor : {native, commands, github}) {
        if (!executor) continue;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        executor->kill_all(std::max(left, std::chrono::milliseconds::zero()));
    }
}

}  // namespace kahn
