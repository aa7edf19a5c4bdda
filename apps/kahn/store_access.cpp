#include "store_access.hpp"

#include <kahn/base/error.hpp>

#include "option_checks.hpp"
#include "output.hpp"
#include "usage_error.hpp"

#include "base/files.hpp"
#include "base/text.hpp"
#include "model/name_index.hpp"

#include <CLI/CLI.hpp>

namespace kahn::app {

void add_workspace_option(CLI::App& command, std::optional<std::string>& given) {
    command.add_option("--workspace", given, "Where runs are kept, below .kahn/ (default: here)")->type_name("DIR")->check(not_empty);
}

std::shared_ptr<store::Store> open_store(const std::string& workspace, Console& console) {
    if (!store::Store::is_there(workspace)) throw Error(Errc::unknown_run, "no run is kept in '" + workspace + "': there is no .kahn/runs");
    store::StoreOptions options;
    options.log_sink = [&console](LogLevel level, std::string_view line) {
        if (level == LogLevel::warning) console.complain("warning: " + printable(line));
    };
    return std::make_shared<store::Store>(workspace, options);
}

void say_nothing_is_recorded(const std::string& workspace, Console& console) {
    console.complain("no run is recorded in '" + printable(absolute_directory(workspace).native()) + "' yet");
}

std::string run_id(const store::Store& store, const std::string& given) {
    if (given != "last") return store.resolve(given);
    store::RunQuery newest;
    newest.limit = 1;
    const auto runs = store.runs(newest);
    if (runs.empty()) throw Error(Errc::unknown_run, "there is no last run: none is kept");
    return runs.front().id;
}

std::vector<JobPlace> find_jobs(const Pipeline& run, const std::string& given) {
    const auto place_of = [&run](const JobReference& reference) {
        const PipelineStage& stage = run.stages[reference.stage];
        return JobPlace{&stage, &stage.jobs[reference.job]};
    };
    const auto full_name = [](const JobPlace& place) { return place.stage->name + "." + place.job->name; };
    const auto found = NameIndex(run.stages).meanings(given);
    if (found.empty()) {
        std::vector<std::string> known;
        for (const PipelineStage& stage : run.stages) {
            for (const PipelineJob& job : stage.jobs) {
                known.push_back(job.name);
                known.push_back(stage.name + "." + job.name);
            }
        }
        throw UsageError(unknown("job", given, known));
    }
    std::vector<JobPlace> places;
    if (found.size() == 1) {
        for (const JobReference& job : found.front()) places.push_back(place_of(job));
        return places;
    }
    std::vector<std::string> meant;
    for (const auto& reading : found) meant.push_back(full_name(place_of(reading.front())));
    throw UsageError("'" + printable(given) + "' are several jobs: " + printable(join(meant, ", ")));
}

}  // namespace kahn::app
