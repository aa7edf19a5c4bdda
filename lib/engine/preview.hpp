#pragma once

#include <kahn/engine/options.hpp>
#include <kahn/model/pipeline.hpp>

#include <functional>
#include <map>
#include <string>
#include <type_traits>

namespace kahn {

/// What a run would do, as far as that can be known before it.
struct RunPreview {
    RunPreview() = default;

    Pipeline pipeline;  ///< what is selected, without its secrets as far as they have values
    std::map<std::string, std::string, std::less<>> skips;  ///< stages whose conditions do not hold, and why

    /// The pipeline with nothing to do in the stages that are skipped: what its schedule is to be judged by.
    Pipeline without_skipped_jobs() const;
};
static_assert(!std::is_aggregate_v<RunPreview>);

/// Selects and asks every stage's conditions as if all that it depends on had succeeded. Runs nothing.
/// \throws Error (unknown_stage, unknown_job, invalid_argument) as select(); (invalid_config) for an undefined `${NAME}` or an
///         expression that is none
RunPreview preview_run(Pipeline pipeline, const RunOptions& options);

}  // namespace kahn
