#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"
#include "usage_error.hpp"

#include <kahn/monitor/pipeline_monitor.hpp>
#include <kahn/render/report.hpp>
#include <kahn/store/store.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>
#include <optional>

namespace kahn::app {
namespace {

struct Arguments {
    std::string pipeline;
    std::optional<std::string> workspace;
    bool as_json = false;
};

int health(const Arguments& given, Console& console) {
    const std::string workspace = workspace_of(given.workspace, console);
    std::vector<std::string> names;
    std::shared_ptr<PipelineMonitor> monitor;
    if (store::Store::is_there(workspace)) {  // asking makes nothing
        monitor = std::make_shared<PipelineMonitor>(open_store(workspace, console));
        names = monitor->store()->pipelines();
    }
    if (names.empty()) {
        say_nothing_is_recorded(workspace, console);
        return given.pipeline.empty() ? exit_success : exit_usage;
    }
    if (!given.pipeline.empty()) {
        if (std::find(names.begin(), names.end(), given.pipeline) == names.end()) throw UsageError(unknown("pipeline", given.pipeline, names));
        names = {given.pipeline};
    }
    for (const std::string& name : names) {
        const PipelineHealth its = monitor->get_pipeline_health(name);
        console.out.write(given.as_json ? render::to_json(its) : render::to_text(its));
    }
    return exit_success;
}

}  // namespace

void add_health(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("health", "Show how pipelines do, by their last 20 runs");
    command->add_option("PIPELINE", given->pipeline, "The pipeline's name (default: all)")->type_name("");
    command->add_flag("--json", given->as_json, "An object a pipeline, one a line");
    add_workspace_option(*command, given->workspace);
    command->footer(
        "failing: the last 3 runs failed, or more than half of the last 20. degraded: the last one failed, or more than one in ten.\n"
        "unknown: fewer than 5 runs ended with success or failure. Cancelled runs do not count.\n\n"
        "Examples:\n  kahn health\n  kahn health build-and-test --json | jq -r .health");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return health(*given, console); }; });
}

}  // namespace kahn::app
