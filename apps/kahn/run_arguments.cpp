#include "run_arguments.hpp"

#include "option_checks.hpp"
#include "store_access.hpp"
#include "values.hpp"

#include <CLI/CLI.hpp>

#include <vector>

namespace kahn::app {
namespace {

Stream stream_of(const std::string& json) {
    if (json.empty()) return Stream::none;
    if (json == "true") return Stream::json;
    require_one_of("--json", json, std::vector<std::string>{"quiet"});
    return Stream::json_without_output;
}

}  // namespace

void add_run_arguments(CLI::App& command, RunArguments& given) {
    command.add_option("-j,--workers", given.workers, "Jobs at once; 0 for no limit (default 10)")->type_name("N");
    CLI::Option* const fail_fast = command.add_flag("--fail-fast", given.fail_fast, "End everything at the first failure that is not allowed");
    command.add_flag("--no-fail-fast", given.no_fail_fast, "Not, whatever the settings say")->excludes(fail_fast);
    command.add_option("--schedule", given.schedule, "live (default), or levels: wait for a whole level before the next one")->type_name("MODE")->check(not_empty);
    command.add_option("--grace", given.grace, "Between SIGTERM and SIGKILL (default 10s, after Ctrl-C 5s)")->type_name("DURATION")->check(not_empty);
    command.add_option("--require-containment", given.containment, "Refuse to run with anything weaker: cgroup2 or subreaper; none (default): run anyhow")->type_name("KIND")->check(not_empty);
    command.add_flag("--json", given.json, "Write the event stream to standard output, an object a line; --json=quiet: without what jobs print")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeLast);
    add_workspace_option(command, given.workspace);
    add_view_options(command, given.view);
    add_server_options(&command, given.server);
}

SessionOptions session_options(const RunArguments& given, const Settings& settings, const std::string& directory) {
    // Jobs get less time after Ctrl-C than after a timeout: somebody is waiting.
    constexpr std::chrono::seconds usual_interrupt_grace{5};
    SessionOptions options;
    options.view = view_choice(given.view, settings);
    options.stream = stream_of(given.json);
    options.manager.remote = remote_options(given.server, settings);
    options.manager.workspace_dir = settings.value(Setting::workspace, given.workspace);
    options.view.hint_options = workspace_hint(directory, given.workspace, settings);
    options.manager.engine.max_workers = parse_workers(settings.value(Setting::workers, given.workers));
    const std::string grace = settings.value(Setting::grace, given.grace);
    if (grace.empty()) {
        options.interrupt_grace = usual_interrupt_grace;
    } else {
        options.manager.engine.process.grace = parse_grace(grace);
    }
    const std::string containment = choice("--require-containment", Setting::require_containment, given.containment, settings);
    options.manager.engine.process.require_containment = parse_containment(containment);
    const std::string schedule = choice("--schedule", Setting::schedule, given.schedule, settings);
    options.run.schedule = schedule == "levels" ? ScheduleMode::levels : ScheduleMode::live;
    options.run.fail_fast = given.fail_fast || (!given.no_fail_fast && settings[Setting::fail_fast].value == "true");
    return options;
}

}  // namespace kahn::app
