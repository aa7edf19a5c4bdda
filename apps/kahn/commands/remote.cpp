#include "command.hpp"
#include "exit_code.hpp"
#include "option_checks.hpp"
#include "output.hpp"
#include "remote_session.hpp"
#include "usage_error.hpp"

#include "base/text.hpp"
#include "config/scalars.hpp"

#include <boost/json/array.hpp>

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <variant>

namespace kahn::app {

/// In remote_files.cpp.
void add_remote_files(CLI::App& remote, Action& chosen);
/// In remote_logs.cpp.
void add_remote_logs(CLI::App& remote, Action& chosen);

namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using std::chrono::milliseconds;

struct Arguments {
    RemoteArguments server;
    std::int64_t run_id = 0;
    std::string workflow;
    std::string ref;
    std::vector<std::string> inputs;
    std::string correlate_input;
    std::string timeout;
    std::string escalate_after = "5m";
    std::string poll_interval = "0";
    std::string branch;
    std::string status;
    std::string event;
    std::string actor;
    std::size_t limit = 10;
    bool waits = false;
    bool waits_for_approval = false;
    bool cancels_on_interrupt = false;
    bool failed_only = false;
    bool force = false;
};
using Given = std::shared_ptr<Arguments>;

milliseconds duration(const std::string& option, const std::string& text) {
    const auto parsed = config::parse_duration(text, milliseconds{0});
    if (const auto* const wrong = std::get_if<config::ScalarError>(&parsed)) {
        throw UsageError(option + " '" + printable(text) + "' " + wrong->message);
    }
    return std::get<milliseconds>(parsed);
}

/// \param otherwise  if none was given
milliseconds timeout_of(const Given& given, milliseconds otherwise) {
    return given->timeout.empty() ? otherwise : duration("--timeout", given->timeout);
}

std::string text_of(const json::object& data, std::string_view key) {
    const auto* const value = data.if_contains(key);
    if (!value || value->is_null()) return "";
    if (const auto* const text = value->if_string()) return printable(std::string_view(*text));
    if (const auto* const number = value->if_int64()) return std::to_string(*number);
    return "";
}

std::string list_of(const json::object& data, std::string_view key) {
    const auto* const value = data.if_contains(key);
    const auto* const list = value ? value->if_array() : nullptr;
    std::string out;
    if (!list) return out;
    for (const auto& element : *list) {
        if (const auto* const text = element.if_string()) out += (out.empty() ? "" : ", ") + printable(std::string_view(*text));
    }
    return out;
}

std::int64_t number_of(const AsyncPipelineResult& result, std::string_view key) {
    const auto* const value = result.data ? result.data->if_contains(key) : nullptr;
    const auto* const number = value ? value->if_int64() : nullptr;
    return number ? *number : 0;
}

void write_run(const AsyncPipelineResult& result, Console& console) {
    const json::object& data = *result.data;
    console.out.write(printable(result.message) + "\n");
    const auto line = [&](const char* name, const std::string& text) {
        if (!text.empty()) console.out.write("  " + std::string(name) + ": " + text + "\n");
    };
    line("run", text_of(data, "run_id"));
    line("title", text_of(data, "display_title"));
    line("branch", text_of(data, "head_branch"));
    line("attempt", text_of(data, "run_attempt"));
    line("reason", text_of(data, "reason"));
    line("waits for", list_of(data, "waiting_for_environments"));
    line("reviewers", list_of(data, "reviewers"));
    line("queue", text_of(data, "concurrency_group"));
    line("position", text_of(data, "queue_position"));
    line("correlation", text_of(data, "correlation"));
    line("url", text_of(data, "html_url"));
}

/// Waits for a run, and cancels it on the server if that is wanted after a signal.
int wait_for(RemoteSession& session, const Given& given, const remote::Repository& repository, std::int64_t run_id, std::int64_t attempt,
             bool is_fresh, Console& console) {
    WaitOptions options;
    options.timeout = timeout_of(given, options.timeout);
    options.poll_interval = duration("--poll-interval", given->poll_interval);
    options.wait_for_approval = given->waits_for_approval;
    options.attempt = attempt;
    options.is_fresh = is_fresh;
    const auto result = session.run([&](AsyncPipelineManager& manager) {
        return manager.async_wait_for_completion(repository.owner, repository.name, run_id, options);
    });
    const int signal_status = session.signal_status();
    if (signal_status != 0 && given->cancels_on_interrupt) {
        console.complain("cancelling run " + std::to_string(run_id) + " on the server; once more: leave it");
        const auto cancelled = session.run([&](AsyncPipelineManager& manager) {
            return manager.async_cancel_pipeline(repository.owner, repository.name, run_id);
        });
        report(cancelled, false, console);
    }
    if (report(result, given->server.as_json, console)) write_run(result, console);
    return signal_status != 0 ? signal_status : exit_code(result);
}

int trigger(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    TriggerOptions options;
    options.ref = given->ref;
    options.correlate_input = given->correlate_input;
    for (const std::string& text : given->inputs) {
        const auto equals = text.find('=');
        if (equals == 0 || equals == std::string::npos) throw UsageError("--input wants NAME=value, not '" + printable(text) + "'");
        options.inputs[text.substr(0, equals)] = text.substr(equals + 1);
    }
    timeout_of(given, {});
    duration("--poll-interval", given->poll_interval);
    RemoteSession session(async_options(given->server, console), console);
    const std::string name = repository.text() + "/" + given->workflow;
    const auto result = session.run([&](AsyncPipelineManager& manager) {
        return manager.async_trigger_pipeline(name, repository.owner, repository.name, given->workflow, options);
    });
    const std::int64_t run_id = number_of(result, "run_id");
    const bool goes_on = given->waits && !result.error && run_id != 0;
    if (!(goes_on && given->server.as_json) && report(result, given->server.as_json, console)) write_run(result, console);
    if (session.signal_status() != 0) return session.signal_status();
    if (result.error) return exit_code(result);
    if (goes_on) {
        console.out.flush_some();
        return wait_for(session, given, repository, run_id, 0, true, console);
    }
    if (given->waits) {
        console.complain("the run was started, but which one it is could not be told: it is not waited for");
        return exit_still_running;
    }
    return exit_success;
}

int status(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    if (given->run_id != 0 && !given->workflow.empty()) throw UsageError("a RUN and --workflow exclude each other");
    RemoteSession session(async_options(given->server, console), console);
    const auto result = session.run([&](AsyncPipelineManager& manager) {
        return given->run_id != 0 ? manager.async_get_pipeline_status(repository.owner, repository.name, given->run_id)
                                  : manager.async_get_pipeline_status(repository.owner, repository.name, given->workflow);
    });
    if (report(result, given->server.as_json, console)) write_run(result, console);
    return session.signal_status() != 0 ? session.signal_status() : exit_code(result);
}

int wait(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    RemoteSession session(async_options(given->server, console), console);
    return wait_for(session, given, repository, given->run_id, 0, false, console);
}

int cancel(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    if (given->force && given->waits) throw UsageError("--force and --wait exclude each other: --wait forces what takes too long");
    CancelWaitOptions patience;
    patience.timeout = timeout_of(given, patience.timeout);
    patience.poll_interval = duration("--poll-interval", given->poll_interval);
    patience.escalate_after = duration("--escalate-after", given->escalate_after);
    RemoteSession session(async_options(given->server, console), console);
    const auto result = session.run([&](AsyncPipelineManager& manager) {
        return given->waits ? manager.async_cancel_and_wait(repository.owner, repository.name, given->run_id, patience)
                            : manager.async_cancel_pipeline(repository.owner, repository.name, given->run_id, given->force);
    });
    if (report(result, given->server.as_json, console)) write_run(result, console);
    if (session.signal_status() != 0) return session.signal_status();
    return result.error ? exit_code(result) : exit_success;
}

int rerun(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    timeout_of(given, {});
    duration("--poll-interval", given->poll_interval);
    RemoteSession session(async_options(given->server, console), console);
    const auto kind = given->failed_only ? remote::RerunKind::failed_jobs : remote::RerunKind::all_jobs;
    const auto result = session.run([&](AsyncPipelineManager& manager) {
        return manager.async_rerun_pipeline(repository.owner, repository.name, given->run_id, kind);
    });
    const bool goes_on = given->waits && !result.error;
    if (!(goes_on && given->server.as_json) && report(result, given->server.as_json, console)) write_run(result, console);
    if (session.signal_status() != 0) return session.signal_status();
    if (result.error) return exit_code(result);
    if (!goes_on) return exit_success;
    return wait_for(session, given, repository, given->run_id, number_of(result, "run_attempt"), false, console);
}

int runs(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    remote::RunFilter filter;
    filter.workflow = given->workflow;
    filter.branch = given->branch;
    filter.status = given->status;
    filter.event = given->event;
    filter.actor = given->actor;
    filter.limit = given->limit;
    filter.with_pull_requests = false;
    RemoteSession session(async_options(given->server, console), console);
    const auto result = session.run([&](AsyncPipelineManager& manager) {
        return manager.async_get_workflow_runs(repository.owner, repository.name, filter);
    });
    if (report(result, given->server.as_json, console)) {
        for (const auto& row : result.data->at("runs").as_array()) {
            const json::object& run = row.as_object();
            const std::string conclusion = text_of(run, "conclusion");
            console.out.write(text_of(run, "id") + "  " + (conclusion.empty() ? text_of(run, "status") : conclusion) + "  " +
                              text_of(run, "head_branch") + "  " + text_of(run, "created_at") + "  " + text_of(run, "display_title") + "\n");
        }
    }
    return session.signal_status() != 0 ? session.signal_status() : exit_code(result);
}

int jobs(const Given& given, Console& console) {
    const auto repository = parse_repository(given->server.repository);
    RemoteSession session(async_options(given->server, console), console);
    const auto result = session.run([&](AsyncPipelineManager& manager) {
        return manager.async_get_jobs(repository.owner, repository.name, given->run_id);
    });
    if (report(result, given->server.as_json, console)) {
        for (const auto& row : result.data->at("jobs").as_array()) {
            const json::object& job = row.as_object();
            const std::string conclusion = text_of(job, "conclusion");
            console.out.write(text_of(job, "id") + "  " + (conclusion.empty() ? text_of(job, "status") : conclusion) + "  " + text_of(job, "name") + "\n");
        }
    }
    return session.signal_status() != 0 ? session.signal_status() : exit_code(result);
}

CLI::App* verb(CLI::App& remote, const char* name, const char* what, const Given& given, Action& chosen, int (*action)(const Given&, Console&)) {
    CLI::App* const command = remote.add_subcommand(name, what);
    command->add_option("REPO", given->server.repository, "The repository, OWNER/NAME")->required()->type_name("");
    command->callback([given, action, &chosen] { chosen = [given, action](Console& console) { return action(given, console); }; });
    return command;
}

void add_run_id(CLI::App* command, const Given& given, bool is_required) {
    auto* const option = command->add_option("RUN", given->run_id, "The run's id")->type_name("")->check(id_number);
    if (is_required) option->required();
}

void add_wait_options(CLI::App* command, const Given& given) {
    command->add_option("--timeout", given->timeout, "How long to wait at most (default 1h); then exit status 8")->type_name("DURATION");
    command->add_option("--poll-interval", given->poll_interval, "Ask at most this often (default: 2 to 15 s, as things change)")->type_name("DURATION");
    command->add_flag("--wait-approval", given->waits_for_approval, "A run that waits for somebody's action has not ended");
    command->add_flag("--cancel-on-interrupt", given->cancels_on_interrupt, "Ctrl-C cancels the run on the server too");
}

}  // namespace

void add_remote_options(CLI::App* command, RemoteArguments& given) {
    command->add_flag("--json", given.as_json, "The result as JSON");
    add_server_options(command, given);
}

void add_remote(CLI::App& app, Action& chosen) {
    CLI::App* const remote = app.add_subcommand("remote", "Start, watch and manage workflows on GitHub Actions");
    remote->require_subcommand(1, 1);
    const auto add = [&](const char* name, const char* what, int (*action)(const Given&, Console&), Given& given) {
        given = std::make_shared<Arguments>();
        CLI::App* const command = verb(*remote, name, what, given, chosen, action);
        add_remote_options(command, given->server);
        return command;
    };
    Given given;
    CLI::App* command = add("trigger", "Start a workflow, at most once", trigger, given);
    command->add_option("WORKFLOW", given->workflow, "Its file's name (ci.yml) or number")->required()->type_name("");
    command->add_option("--ref", given->ref, "A branch or a tag (default: the repository's default branch)")->type_name("REF");
    command->add_option("--input", given->inputs, "An input of the workflow; may be repeated")->type_name("NAME=VALUE")->allow_extra_args(false);
    command->add_option("--correlate-input", given->correlate_input, "An input that the workflow's run-name shows: tells runs apart on old servers")->type_name("NAME");
    command->add_flag("--wait", given->waits, "Wait for the run's end");
    add_wait_options(command, given);

    command = add("status", "Show a run, or the newest one of a workflow", status, given);
    add_run_id(command, given, false);
    command->add_option("--workflow", given->workflow, "Its file's name or number")->type_name("NAME");

    command = add("wait", "Wait for the end of a run", wait, given);
    add_run_id(command, given, true);
    add_wait_options(command, given);

    command = add("cancel", "Cancel a run", cancel, given);
    add_run_id(command, given, true);
    command->add_flag("--force", given->force, "Even if its steps resist; only after a plain cancel did not end it");
    command->add_flag("--wait", given->waits, "Wait for the run's end, and end it by force if that takes too long");
    command->add_option("--escalate-after", given->escalate_after, "When to use force (default 5m; 0: never)")->type_name("DURATION");
    command->add_option("--timeout", given->timeout, "How long to wait at most (default 15m); then exit status 8")->type_name("DURATION");
    command->add_option("--poll-interval", given->poll_interval, "Ask at most this often (default: 2 to 15 s, as things change)")->type_name("DURATION");

    command = add("rerun", "Start a run again", rerun, given);
    add_run_id(command, given, true);
    command->add_flag("--failed", given->failed_only, "Only the jobs that failed, and what depends on them");
    command->add_flag("--wait", given->waits, "Wait for the new attempt's end");
    add_wait_options(command, given);

    command = add("runs", "List runs, the newest first", runs, given);
    command->add_option("--workflow", given->workflow, "Only of this workflow")->type_name("NAME");
    command->add_option("--branch", given->branch, "Only of this branch")->type_name("NAME");
    command->add_option("--status", given->status, "Only with this status or conclusion")->type_name("WORD");
    command->add_option("--event", given->event, "Only started by this event")->type_name("WORD");
    command->add_option("--actor", given->actor, "Only started by this user")->type_name("LOGIN");
    command->add_option("--limit", given->limit, "How many at most (default 10)")->type_name("N")->check(number_from_1_to_1000);

    command = add("jobs", "List the jobs of a run", jobs, given);
    add_run_id(command, given, true);
    add_remote_logs(*remote, chosen);
    add_remote_files(*remote, chosen);
    for (CLI::App* const nested : remote->get_subcommands([](const CLI::App*) { return true; })) nested->footer("");
    remote->footer(
        "The token comes from the environment or from a file, never from the command line.\n\n"
        "Exit status: 0 success, 1 the run failed, 2 refused as it was asked, 4 the run was skipped, 5 not permitted,\n"
        "6 the network or the server failed, 8 still running, 130 interrupted\n\n"
        "Examples:\n"
        "  kahn remote trigger acme/rocket ci.yml --ref main --input level=debug --wait\n"
        "  kahn remote wait acme/rocket 30433642123 --timeout 20m --cancel-on-interrupt\n"
        "  kahn remote cancel acme/rocket 30433642123 --wait --escalate-after 2m\n"
        "  kahn remote runs acme/rocket --branch main --json | jq .data.runs");
}

}  // namespace kahn::app
