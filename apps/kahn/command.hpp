#pragma once

#include <functional>

namespace CLI {
class App;
}

namespace kahn::app {

struct Console;

/// What the command line asks for, once it is understood. Returns the exit status.
using Action = std::function<int(Console&)>;

/// Each adds one command to the command line, which sets `chosen` when it is given. One file under commands/ each.
using AddCommand = void (*)(CLI::App& app, Action& chosen);

void add_run(CLI::App& app, Action& chosen);
void add_validate(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_schema(CLI::App& app, Action& chosen);
void add_plan(CLI::App& app, Action& chosen);
void add_graph(CLI::App& app, Action& chosen);
void add_list(CLI::App& app, Action& chosen);
void add_export(CLI::App& app, Action& chosen);
void add_watch(CLI::App& app, Action& chosen);
void add_report(CLI::App& app, Action& chosen);
void add_health(CLI::App& app, Action& chosen);
void add_stats(CLI::App& app, Action& chosen);
void add_runs(CLI::App& app, Action& chosen);
void add_logs(CLI::App& app, Action& chosen);
void add_rerun(CLI::App& app, Action& chosen);
void add_cancel(CLI::App& app, Action& chosen);
void add_remote(CLI::App& app, Action& chosen);
void add_doctor(CLI::App& app, Action& chosen);
void add_config(CLI::App& app, Action& chosen);
void add_init(CLI::App& app, Action& chosen);
void add_completions(CLI::App& app, Action& chosen);
void add_version(CLI::App& app, Action& chosen);
void add_help(CLI::App& app, Action& chosen);

}  // namespace kahn::app
