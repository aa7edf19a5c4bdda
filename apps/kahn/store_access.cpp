#include "store_access.hpp"

#include <kahn/base/error.hpp>

#include "output.hpp"
#include "usage_error.hpp"

#include "base/files.hpp"
#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <vector>

namespace kahn::app {

void add_workspace_option(CLI::App& command, std::optional<std::string>& given) {
    const CLI::Validator not_empty([](const std::string& value) { return value.empty() ? std::string("needs a value") : std::string(); }, "");
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

JobPlace find_job(const Pipeline& run, const std::string& given) {
    std::vector<JobPlace> found;
    std::vector<std::string> known;
    std::vector<std::string> meant;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            const std::string full = stage.name + "." + job.name;
            if (full == given) return {&stage, &job};
            known.push_back(job.name);
            known.push_back(full);
            if (job.name != given) continue;
            found.push_back({&stage, &job});
            meant.push_back(full);
        }
    }
    if (found.size() == 1) return found.front();
    if (found.empty()) throw UsageError(unknown("job", given, known));
    throw UsageError("'" + printable(given) + "' are several jobs: " + printable(join(meant, ", ")));
}

}  // namespace kahn::app
