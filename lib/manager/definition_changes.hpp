#pragma once

#include <kahn/model/pipeline.hpp>

#include <string>
#include <vector>

namespace kahn {

/// What is different between two definitions, for people: `job build.app: commands, environment`, `stage docs: is new`, ...
std::vector<std::string> definition_changes(const Pipeline& before, const Pipeline& now);

/// What decides a job and is different now: `commands`, `the stage's environment`, ...; `what it depends on, or the environment` if
/// it is nothing of its own.
std::string changed_parts(const Pipeline& before, const Pipeline& now, const PipelineStage& stage, const PipelineJob& job);

}  // namespace kahn
