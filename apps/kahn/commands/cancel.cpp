#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"

#include "base/text.hpp"
#include "render/json_text.hpp"

#include <CLI/CLI.hpp>

#include <poll.h>

#include <chrono>
#include <memory>
#include <optional>

namespace kahn::app {
namespace {

struct Arguments {
    std::optional<std::string> workspace;
    std::string run;
    std::string reason;
    bool no_wait = false;
    bool as_json = false;
};

void tell(const Arguments& given, const std::string& id, std::string_view status, Console& console) {
    std::string out;
    if (given.as_json) {
        {
            render::JsonObject object(out);
            object.number("v", 1);
            object.text("run", id);
            object.text("status", status);
        }
        out += '\n';
    } else {
        out.append("run ").append(id).append(": ").append(status).append("\n");
    }
    console.out.write(out);
}

int cancel(const Arguments& given, Console& console) {
    const std::string workspace = workspace_of(given.workspace, console);
    constexpr std::chrono::seconds longest_wait{30};  // more than the usual grace, and all of them reaped
    const auto store = open_store(workspace, console);
    const std::string id = run_id(*store, given.run);
    if (!store->is_live(id)) {
        const RunRecord record = store->load(id);
        const std::string status = record.is_interrupted ? "interrupted" : std::string(to_string(record.pipeline.status));
        console.complain("nothing to cancel: run " + id + (record.is_interrupted ? " was interrupted" : " has ended: " + status));
        if (given.as_json) tell(given, id, status, console);
        return exit_nothing_selected;
    }
    store->request_cancel(id, given.reason);
    if (given.no_wait) {
        tell(given, id, "asked to end", console);
        return exit_success;
    }
    const auto deadline = std::chrono::steady_clock::now() + longest_wait;
    while (store->is_live(id)) {
        if (std::chrono::steady_clock::now() > deadline) {
            console.complain("run " + id + " was asked to end, and is still ending; once more: its jobs are killed");
            return exit_success;
        }
        ::poll(nullptr, 0, 50);
    }
    const auto status = store->load(id).pipeline.status;
    tell(given, id, to_string(status), console);
    return status == PipelineStatus::cancelled ? exit_success : exit_nothing_selected;
}

}  // namespace

void add_cancel(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("cancel", "End a run of another process on this workspace");
    command->add_option("RUN", given->run, "Its id, what it begins with, or the id of its trace; last: the newest")->required()->type_name("");
    command->add_option("--reason", given->reason, "Why, for the record")->type_name("TEXT");
    command->add_flag("--no-wait", given->no_wait, "Do not wait for its end");
    command->add_flag("--json", given->as_json, "One object");
    add_workspace_option(*command, given->workspace);
    command->footer(
        "The run ends as with Ctrl-C: its jobs get SIGTERM, after a grace SIGKILL, and it exits with 130. Asked twice, they are\n"
        "killed at once. Who asked is recorded. Exit status 4: the run had ended already.");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return cancel(*given, console); }; });
}

}  // namespace kahn::app
