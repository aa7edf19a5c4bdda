#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"
#include "usage_error.hpp"

#include "base/text.hpp"
#include "render/json_text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace kahn::app {
namespace {

using store::RunSummary;

struct Arguments {
    std::optional<std::string> workspace;
    std::string pipeline;
    std::string status;
    std::string limit = "20";
    bool as_json = false;
    bool reindex = false;
    bool prune = false;
};

constexpr const char* interrupted = "interrupted";

std::string status_word(const RunSummary& run) { return run.is_interrupted ? interrupted : std::string(to_string(run.status)); }

void append_json(std::string& out, const RunSummary& run) {
    {
        render::JsonObject object(out);
        object.number("v", 1);
        object.text("run", run.id);
        object.text("pipeline", run.pipeline);
        object.text("status", status_word(run));
        object.text_or_null("reason", run.reason ? to_string(run.reason.code()) : std::string_view());
        object.text_or_null("detail", run.reason.detail());
        object.text_or_null("start", run.start_time ? to_iso8601(*run.start_time) : std::string());
        object.text_or_null("end", run.end_time ? to_iso8601(*run.end_time) : std::string());
        object.number("duration_ms", std::chrono::duration_cast<std::chrono::milliseconds>(run.duration).count());
        object.text_or_null("parent", run.parent);
        object.text_or_null("trace_id", run.trace_id);
        object.name("jobs");
        render::JsonObject jobs(out);
        jobs.number("total", run.jobs);
        jobs.number("success", run.jobs_passed);
        jobs.number("failure", run.jobs_failed);
        jobs.number("skipped", run.jobs_skipped);
        jobs.number("cancelled", run.jobs_cancelled);
    }
    out += '\n';
}

std::string jobs_text(const RunSummary& run) {
    std::string text = std::to_string(run.jobs_passed) + " of " + std::to_string(run.jobs) + " ok";
    const auto add = [&text](std::size_t count, const char* what) {
        if (count > 0) text += ", " + std::to_string(count) + ' ' + what;
    };
    add(run.jobs_failed, "failed");
    add(run.jobs_skipped, "skipped");
    add(run.jobs_cancelled, "cancelled");
    return text;
}

std::string padded(std::string text, std::size_t width) {
    text.resize(std::max(text.size() + 2, width), ' ');
    return text;
}

std::string table(const std::vector<RunSummary>& runs) {
    std::size_t longest_name = 8;
    for (const RunSummary& run : runs) longest_name = std::max(longest_name, printable(run.pipeline).size());
    std::string out;
    for (const RunSummary& run : runs) {
        const std::string start = run.start_time ? to_iso8601(*run.start_time).substr(0, 19) + "Z" : "-";
        out += padded(printable(run.id), 28) + padded(printable(run.pipeline), longest_name + 2) + padded(status_word(run), 13) +
               padded(start, 22) + padded(is_end(run.status) ? format_duration(run.duration) : "-", 9) + jobs_text(run);
        if (!run.parent.empty()) out += "  (continues " + printable(run.parent) + ')';
        out += '\n';
    }
    return out;
}

std::size_t parse_limit(const std::string& text) {
    std::size_t limit = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), limit);
    if (error != std::errc() || end != text.data() + text.size()) {
        throw UsageError("--limit " + printable(text) + ": not a whole number; 0 for no limit");
    }
    return limit;
}

store::RunQuery query_of(const Arguments& given) {
    store::RunQuery query;
    query.pipeline = given.pipeline;
    query.limit = parse_limit(given.limit);
    if (given.status.empty()) return query;
    query.status = given.status == interrupted ? PipelineStatus::running : parse_status(given.status);
    if (!query.status) {
        const std::vector<std::string> known{"running", "success", "failure", "cancelled", interrupted};
        throw UsageError(unknown("status", given.status, known) + " (" + join(known, ", ") + ')');
    }
    return query;
}

/// `running` and `interrupted` are told apart only once somebody looks who works on them.
std::vector<RunSummary> find(const store::Store& store, const Arguments& given, store::RunQuery query) {
    if (query.status != PipelineStatus::running) return store.runs(query);
    const std::size_t limit = query.limit;
    query.limit = 0;
    auto runs = store.runs(query);
    const bool wants_interrupted = given.status == interrupted;
    std::erase_if(runs, [&](const RunSummary& run) { return run.is_interrupted != wants_interrupted; });
    if (limit != 0 && runs.size() > limit) runs.resize(limit);
    return runs;
}

int runs(const Arguments& given, Console& console) {
    const std::string workspace = workspace_of(given.workspace, console);
    const auto query = query_of(given);
    if (!store::Store::is_there(workspace)) {  // asking makes nothing
        say_nothing_is_recorded(workspace, console);
        return exit_success;
    }
    const auto store = open_store(workspace, console);
    if (given.reindex) {
        const auto done = store->reindex();
        for (const std::string& what : done.unreadable) console.complain("warning: " + printable(what));
        console.complain("the index was made anew: " + std::to_string(done.runs) + (done.runs == 1 ? " run" : " runs"));
    }
    if (given.prune) {
        const std::size_t trimmed = store->prune();
        console.complain("logs and artifacts were removed of " + std::to_string(trimmed) + (trimmed == 1 ? " run" : " runs"));
    }
    if (given.reindex || given.prune) return exit_success;
    const auto found = find(*store, given, query);
    if (!given.pipeline.empty() && found.empty()) {
        const auto known = store->pipelines();
        if (std::find(known.begin(), known.end(), given.pipeline) == known.end()) throw UsageError(unknown("pipeline", given.pipeline, known));
    }
    if (!given.as_json) {
        console.out.write(table(found));
        return exit_success;
    }
    std::string out;
    for (const RunSummary& run : found) append_json(out, run);
    console.out.write(out);
    return exit_success;
}

}  // namespace

void add_runs(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("runs", "List what was run, newest first");
    command->add_option("--pipeline", given->pipeline, "Only of this pipeline")->type_name("NAME");
    command->add_option("--status", given->status, "Only these: running, success, failure, cancelled, interrupted")->type_name("STATUS");
    command->add_option("--limit", given->limit, "At most so many (default 20); 0 for all")->type_name("N");
    command->add_flag("--json", given->as_json, "One object a line");
    command->add_flag("--reindex", given->reindex, "Make the index anew from the run directories; list nothing");
    command->add_flag("--prune", given->prune, "Remove logs and artifacts beyond the retention (100 runs, 1 GiB, 30 days); list nothing");
    add_workspace_option(*command, given->workspace);
    command->footer(
        "A run is `interrupted` if its engine was killed; `kahn rerun` continues it.\n\n"
        "Examples:\n"
        "  kahn runs --status failure --limit 5\n"
        "  kahn runs --json | jq -r 'select(.status == \"failure\") | .run'");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return runs(*given, console); }; });
}

}  // namespace kahn::app
