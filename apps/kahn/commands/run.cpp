#include "command.hpp"
#include "exit_code.hpp"
#include "option_checks.hpp"
#include "output.hpp"
#include "pipeline_file.hpp"
#include "run_arguments.hpp"
#include "run_session.hpp"
#include "settings.hpp"
#include "usage_error.hpp"
#include "values.hpp"

#include <kahn/config/env_file.hpp>
#include <kahn/render/plan_text.hpp>

#include "base/text.hpp"
#include "engine/preview.hpp"
#include "manager/schedule_analysis.hpp"
#include "model/expression.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>
#include <variant>

namespace kahn::app {
namespace {

struct Arguments {
    std::string file;
    std::string directory;
    std::vector<std::string> variables;
    std::vector<std::string> secrets;
    std::vector<std::string> env_files;
    std::vector<std::string> stages;
    std::vector<std::string> jobs;
    bool dry_run = false;
    std::string event;
    std::optional<std::string> branch;
    RunArguments how;
};

void change_directory(const std::string& directory) {
    if (directory.empty() || ::chdir(directory.c_str()) == 0) return;
    throw UsageError("-C " + printable(directory) + ": " + std::generic_category().message(errno));
}

/// Everything that can be wrong with the options themselves is said before the file is read.
SessionOptions session_options(const Arguments& given, Console& console) {
    SessionOptions options = session_options(given.how, load_settings(console), given.directory);
    for (const std::string& file : given.env_files) {
        for (auto& [name, value] : config::load_env_file(file)) options.run.variables.insert_or_assign(name, std::move(value));
    }
    for (const std::string& text : given.variables) {
        auto [name, value] = parse_variable(text);
        options.run.variables.insert_or_assign(std::move(name), std::move(value));
    }
    for (const std::string& name : given.secrets) options.run.secrets.push_back(parse_secret_name(name));
    options.run.branch = given.branch;
    options.run.stages = given.stages;
    options.run.jobs = given.jobs;
    return options;
}

std::optional<Trigger> event_of(const Arguments& given) {
    if (given.event.empty()) return std::nullopt;
    return parse_trigger(require_one_of("--event", given.event, std::vector<std::string>{"push", "pull_request", "manual", "schedule"}));
}

bool is_started_by(const Pipeline& pipeline, Trigger event, Console& console) {
    const auto& triggers = pipeline.triggers;
    if (std::find(triggers.begin(), triggers.end(), event) != triggers.end()) return true;
    std::vector<std::string> words;
    for (const Trigger trigger : triggers) words.emplace_back(to_string(trigger));
    console.complain("nothing to run: '" + printable(pipeline.name) + "' is not started by " + std::string(to_string(event)) +
                     (words.empty() ? "; it names no triggers" : "; its triggers are " + join(words, ", ")));
    return false;
}

/// A variable that nobody declared is passed on all the same, but may be a slip.
void point_out_slips(const Pipeline& pipeline, const std::vector<std::string>& given, Console& console) {
    std::vector<std::string> declared;
    for (const auto& [name, value] : pipeline.variables) declared.push_back(name);
    for (const std::string& text : given) {
        const std::string name = parse_variable(text).first;
        if (pipeline.variables.contains(name)) continue;
        if (const auto guess = did_you_mean(name, declared)) {
            console.complain("warning: --var " + name + ": no such variable in the file. Did you mean '" + *guess + "'?");
        }
    }
}

/// `always()` stages run after an interrupt and have their own timeouts; insisting would end them as well.
bool has_stage_for_after_a_cancel(const Pipeline& pipeline) {
    return std::any_of(pipeline.stages.begin(), pipeline.stages.end(), [](const PipelineStage& stage) {
        const auto parsed = Expression::parse(stage.conditions.custom);
        const auto* const expression = std::get_if<Expression>(&parsed);
        return expression && expression->survives_cancel();
    });
}

int run(const Arguments& given, Console& console) {
    change_directory(given.directory);
    if (given.dry_run && !given.how.json.empty()) throw UsageError("--dry-run runs nothing that --json could tell of");
    SessionOptions options = session_options(given, console);
    const auto event = event_of(given);
    const Pipeline pipeline = read_pipeline(given.file, console);
    if (event && !is_started_by(pipeline, *event, console)) return exit_nothing_selected;

    point_out_slips(pipeline, given.variables, console);
    const RunPreview preview = preview_run(pipeline, options.run);
    if (preview.pipeline.job_count() == 0) {
        console.complain("nothing to run: no job is selected");
        return exit_nothing_selected;
    }
    if (given.dry_run) {
        const auto analysis = analyse_schedule(preview.without_skipped_jobs(), PastDurations(), options.manager.engine.max_workers);
        console.out.write(render::plan_text(preview.pipeline, analysis, preview.skips) + '\n' +
                          render::commands_text(preview.pipeline, analysis, preview.skips));
        return exit_success;
    }
    if (has_stage_for_after_a_cancel(preview.pipeline)) options.interrupt_grace.reset();
    console.err.flush();
    return run_session(pipeline, std::move(options), console);
}

}  // namespace

void add_run(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("run", "Run a pipeline on this machine");
    command->add_option("FILE", given->file, "The pipeline file (YAML or JSON); - for standard input")->required()->type_name("");
    command->add_option("--var", given->variables, "Set a variable, over the file's; may be repeated")->type_name("NAME=VALUE")->allow_extra_args(false);
    command->add_option("--env-file", given->env_files, "Variables from a file, NAME=value a line: over the pipeline's, under --var; may be repeated")->type_name("FILE")->allow_extra_args(false)->check(not_empty);
    command->add_option("--secret-env", given->secrets, "A variable whose value is never shown or written, beside the file's secrets; may be repeated")->type_name("NAME")->allow_extra_args(false);
    command->add_option("--stage", given->stages, "Only this stage and all it depends on; may be repeated")->type_name("NAME")->allow_extra_args(false);
    command->add_option("--job", given->jobs, "Only this job (JOB or STAGE.JOB; a matrix job's plain name: all of its jobs) and all it depends on; may be repeated")->type_name("NAME")->allow_extra_args(false);
    command->add_flag("--dry-run", given->dry_run, "Print the plan and the commands, run nothing");
    add_run_arguments(*command, given->how);
    command->add_option("--event", given->event, "Run only if the file's triggers have it: push, pull_request, manual, schedule")->type_name("EVENT")->check(not_empty);
    command->add_option("--branch", given->branch, "The branch that conditions see (default: git's)")->type_name("NAME");
    command->add_option("-C", given->directory, "Change to this directory first")->type_name("DIR")->check(not_empty);
    command->footer(
        "Jobs with 'github' run on GitHub Actions, or on the server of --base-url; the other options of the server are those of\n"
        "'kahn remote'. Ending such a job cancels its run there.\n\n"
        "Ctrl-C ends the run gracefully, twice at once, three times leaves everything to the guard. Ctrl-Z stops\n"
        "it with its jobs and their timeouts, fg goes on. SIGUSR1 prints what is running.\n\n"
        "Examples:\n"
        "  kahn run ci.yaml\n"
        "  kahn run ci.yaml -j 4 --var VERSION=1.2 --stage test\n"
        "  kahn run ci.yaml --dry-run\n"
        "  generate | kahn run - --json=quiet | jq -r 'select(.type == \"job_finished\") | .job'");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return run(*given, console); }; });
}

}  // namespace kahn::app
