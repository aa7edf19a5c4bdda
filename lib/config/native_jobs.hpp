#pragma once

#include <kahn/model/diagnostic.hpp>
#include <kahn/model/pipeline.hpp>

#include <vector>

namespace kahn::config {

// Jobs whose work is a coroutine: no file can say them, and all the rest of them is to be checked as if one did.

/// The first one, as its stage and itself; null if there is none.
struct NativePlace {
    const PipelineStage* stage = nullptr;
    const PipelineJob* job = nullptr;
    explicit operator bool() const noexcept { return job != nullptr; }
};
NativePlace first_native_job(const Pipeline& pipeline);

/// The same pipeline with a command in place of each coroutine.
Pipeline with_commands_for_native_jobs(Pipeline pipeline);

/// What a native job has that only commands can use.
std::vector<Diagnostic> check_native_jobs(const Pipeline& pipeline);

}  // namespace kahn::config
