#pragma once

#include <kahn/model/run_record.hpp>
#include <kahn/store/store.hpp>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace kahn::app {

struct Console;

/// `--workspace`, for workspace_of(). \param given outlives the parsing
void add_workspace_option(CLI::App& command, std::optional<std::string>& given);

/// The runs of a workspace, for a command that asks about them: makes none where there is none.
/// \throws Error (unknown_run, workspace_unusable)
std::shared_ptr<store::Store> open_store(const std::string& workspace, Console& console);

/// Says that no run is recorded in a workspace: nothing is wrong with that where somebody only asks.
void say_nothing_is_recorded(const std::string& workspace, Console& console);

/// The full id of a run: a unique prefix does, or the id of its trace, and `last` is the newest.
/// \throws Error (unknown_run)
std::string run_id(const store::Store& store, const std::string& given);

/// A job of a run by `job` or `stage.job`.
struct JobPlace {
    const PipelineStage* stage = nullptr;
    const PipelineJob* job = nullptr;
};

/// The job, or all that a matrix has made by that name.
/// \throws UsageError, with a guess for a job that is not there, and all that are meant if the name is not unique
std::vector<JobPlace> find_jobs(const Pipeline& run, const std::string& given);

}  // namespace kahn::app
