#pragma once

#include <kahn/engine/options.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/store/store.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn {

/// What became of one job's chance to be reused.
struct RerunDecision {
    RerunDecision() = default;

    std::string stage;
    std::string job;
    bool is_reused = false;
    std::string why;  ///< `from run ID`, or why it runs: `digest changed: commands`, `failure: exit_code: exit 1`, ...
};
static_assert(!std::is_aggregate_v<RerunDecision>);

struct RerunOptions {
    RerunOptions() = default;

    bool failed = false;               ///< refuse a run in which every job succeeded
    bool everything = false;           ///< reuse nothing
    std::optional<std::string> from;   ///< this stage and all that depends on it run again
    std::optional<std::string> job;    ///< `job` or `stage.job`: this one runs again; of the others only what it depends on counts
    bool as_recorded = false;          ///< the recorded definition, even if its file has changed since; not with `definition`
    std::optional<Pipeline> definition;  ///< instead of the file's or the recorded one: of a pipeline that was built in memory
    std::function<void(const RerunDecision&)> decided;  ///< called for each job when it is about to start
};
static_assert(!std::is_aggregate_v<RerunOptions>);

/// A run that continues another one, ready for PipelineManager::create_pipeline() and run_pipeline().
struct Rerun {
    Rerun() = default;

    std::string parent;                ///< its id
    Pipeline pipeline;                 ///< the definition
    RunOptions run;                    ///< variables, selection, branch and directory of the parent; what is reused
    bool is_from_file = false;         ///< the definition was read from its file, which is still there
    std::vector<std::string> changes;  ///< what the file says differently from what was recorded: `job build.app: commands`
};
static_assert(!std::is_aggregate_v<Rerun>);

/// Continues a recorded run, however it ended: jobs that are recorded as successful with an unchanged digest do not run again,
/// their outputs and artifacts are taken over. The definition is that of the file it was read from, if that is still there, else
/// the recorded one.
/// \throws Error (unknown_run, unknown_stage, unknown_job; invalid_argument: it still goes on, or has nothing to run again)
/// \throws ConfigError if its file is not a valid pipeline any more
/// \throws NotImplemented if a job of it is native, which is not recorded, and no definition was given
Rerun prepare_rerun(const std::shared_ptr<store::Store>& store, std::string_view run, RerunOptions options = RerunOptions());

}  // namespace kahn
