#pragma once

#include <kahn/engine/executor.hpp>
#include <kahn/engine/options.hpp>
#include <kahn/model/pipeline.hpp>

#include "engine/trace_context.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kahn {

/// What every job of a run is set up from.
class RunContext {
public:
    RunContext() = default;

    std::shared_ptr<const Variables> host;  ///< kahn's own environment
    Variables variables;  ///< the pipeline's, the run's laid over
    std::string run_id;
    std::string pipeline;
    std::filesystem::path working_directory;  ///< absolute
    std::filesystem::path workspace;          ///< absolute
    std::string traceparent;  ///< of whoever started the run; may be empty, or nonsense
    bool traceparent_is_nonsense = false;
    TraceContext trace = TraceContext::make();  ///< what it says, else one of the run's own
};

/// For a run of `pipeline`. \param workspace absolute \param host kahn's own environment; null: as it is now
RunContext make_context(const Pipeline& pipeline, const RunOptions& options, std::filesystem::path workspace,
                        std::shared_ptr<const Variables> host = nullptr);

/// The branch that conditions are asked about: the option's, else that of the working directory.
std::string branch_of(const RunOptions& options, const RunContext& context);

/// Host, variables and the stage's own, later over earlier: what a stage's conditions look at.
/// \throws Error (invalid_config) for a `${NAME}` that is not defined
Variables stage_environment(const RunContext& context, const PipelineStage& stage);

/// Refuses a pipeline with a `${NAME}` that is not defined in any field that the engine expands: every job and stage that has
/// one, at its place in the file. A job with dependencies may mean an output of theirs: it is looked at when it starts.
/// \throws ConfigError (invalid_config)
void require_defined_names(const RunContext& context, const Pipeline& pipeline);

/// What an executor needs of one attempt: environment, working directory, artifact globs and a workflow expanded. The log and the file for
/// outputs are left open.
/// \param outputs of what it depends on: over the pipeline's variables, under the stage's and the job's environment
/// \throws Error (invalid_config) for a `${NAME}` that is not defined
AttemptRequest make_request(const RunContext& context, const PipelineStage& stage, const PipelineJob& job, int attempt,
                            const Variables& outputs = Variables());

}  // namespace kahn
