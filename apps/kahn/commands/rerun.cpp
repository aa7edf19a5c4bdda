#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "run_arguments.hpp"
#include "run_session.hpp"
#include "settings.hpp"
#include "store_access.hpp"
#include "usage_error.hpp"

#include <kahn/manager/rerun.hpp>

#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <filesystem>
#include <memory>

namespace kahn::app {
namespace {

struct Arguments {
    std::string run;
    bool failed = false;
    bool everything = false;
    std::optional<std::string> from;
    std::optional<std::string> job;
    bool as_recorded = false;
    RunArguments how;
};

void say_where_it_comes_from(const Rerun& rerun, Console& console) {
    std::string line = "run " + rerun.parent + " is continued as ";
    if (!rerun.is_from_file) {
        line += "it was recorded";
    } else {
        line += printable(rerun.pipeline.source.string()) + (rerun.changes.empty() ? " has it, unchanged" : " has it now");
    }
    console.complain(line);
    for (const std::string& change : rerun.changes) console.complain("changed: " + printable(change));
}

int rerun(const Arguments& given, Console& console) {
    if ((given.failed ? 1 : 0) + (given.everything ? 1 : 0) + (given.from ? 1 : 0) + (given.job ? 1 : 0) > 1) {
        throw UsageError("--failed, --all, --from and --job exclude each other");
    }
    SessionOptions options = session_options(given.how, load_settings(console), {});
    const auto store = open_store(options.manager.workspace_dir.string(), console);
    RerunOptions wanted;
    wanted.failed = given.failed;
    wanted.everything = given.everything;
    wanted.from = given.from;
    wanted.job = given.job;
    wanted.as_recorded = given.as_recorded;
    wanted.decided = [&console](const RerunDecision& decision) {
        // What is reused, the view says itself.
        if (!decision.is_reused) console.complain("runs: " + printable(decision.stage + "." + decision.job + ": " + decision.why));
    };
    Rerun prepared;
    try {
        prepared = prepare_rerun(store, run_id(*store, given.run), wanted);
    } catch (const Error& failure) {
        const bool is_nothing_to_do = failure.code() == Errc::invalid_argument && !given.job;
        if (!is_nothing_to_do) throw;
        console.complain(printable(failure.what()));
        return exit_nothing_selected;
    }
    say_where_it_comes_from(prepared, console);
    prepared.run.schedule = options.run.schedule;
    prepared.run.fail_fast = options.run.fail_fast;
    options.run = std::move(prepared.run);
    console.err.flush();
    return run_session(prepared.pipeline, std::move(options), console);
}

}  // namespace

void add_rerun(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("rerun", "Continue a run: what succeeded and has not changed is not run again");
    command->add_option("RUN", given->run, "Its id, what it begins with, or the id of its trace; last: the newest")->required()->type_name("");
    command->add_flag("--failed", given->failed, "Only if there is something to run again: a job that did not succeed");
    command->add_option("--from", given->from, "This stage and all that depends on it run again, whatever they came to")->type_name("STAGE");
    command->add_option("--job", given->job, "This job (JOB or STAGE.JOB; a matrix job's plain name: all of its jobs) runs again, with what it depends on taken over")->type_name("NAME");
    command->add_flag("--all", given->everything, "Everything runs again");
    command->add_flag("--recorded", given->as_recorded, "As it was recorded, even if its file has changed since");
    add_run_arguments(*command, given->how);
    command->footer(
        "It is a new run that names the old one as its parent, with the same variables, selection and directory. The definition is\n"
        "that of its file, if that is still there, else the recorded one. A job is reused if it succeeded and its digest is the\n"
        "same: commands or workflow, declared environment, working directory, artifacts, and how what it depends on ended. Its outputs and\n"
        "artifacts are taken over.\n\n"
        "Examples:\n"
        "  kahn rerun last --failed\n"
        "  kahn rerun 01J9ZK4Q --from test\n"
        "  kahn rerun 01J9ZK4Q --job build.app");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return rerun(*given, console); }; });
}

}  // namespace kahn::app
