#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings.hpp"
#include "store_access.hpp"
#include "usage_error.hpp"

#include "log_reader.hpp"

#include "base/text.hpp"
#include "render/json_text.hpp"
#include "render/terminal_text.hpp"

#include <CLI/CLI.hpp>

#include <poll.h>
#include <unistd.h>

#include <charconv>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

namespace kahn::app {
namespace {

struct Arguments {
    std::optional<std::string> workspace;
    std::string run;
    std::string job;
    std::string attempt;
    bool follow = false;
    bool as_json = false;
};

/// Prints what jobs printed: raw where nobody is hurt by it, harmless on a terminal, as objects for programs.
class LogPrinter {
public:
    LogPrinter(Console& console, bool as_json, bool has_many)
        : console_(console), as_json_(as_json), has_many_(has_many), is_terminal_(::isatty(STDOUT_FILENO) == 1) {}

    /// \param bytes what follows what was printed before of this attempt
    void print(const std::string& run, const PipelineStage& stage, const PipelineJob& job, int attempt, std::string_view bytes) {
        if (bytes.empty()) return;
        const std::string name = stage.name + "." + job.name;
        if (as_json_) return print_json(run, stage, job, attempt, bytes);
        const std::string title = name + " (attempt " + std::to_string(attempt) + ")";
        if (has_many_ && title != last_title_) {
            if (!last_title_.empty() && !at_line_start_) console_.out.write("\n");
            console_.out.write("==> " + printable(title) + " <==\n");
            last_title_ = title;
        }
        at_line_start_ = bytes.back() == '\n';
        if (!is_terminal_) return console_.out.write(bytes);
        std::string out;
        while (!bytes.empty()) {
            const auto end = bytes.find('\n');
            render::append_terminal_line(out, bytes.substr(0, end));
            if (end != std::string_view::npos) out += '\n';
            bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
        }
        console_.out.write(out);
    }

    bool is_over() const { return console_.out.error() != 0; }

private:
    void print_json(const std::string& run, const PipelineStage& stage, const PipelineJob& job, int attempt, std::string_view bytes) {
        std::string out;
        {
            render::JsonObject object(out);
            object.number("v", 1);
            object.text("type", "log");
            object.text("run", run);
            object.text("stage", stage.name);
            object.text("job", job.name);
            object.number("attempt", attempt);
            const std::size_t before = out.size();
            if (!object.text("text", bytes)) {
                out.resize(before);
                object.text("data_b64", to_base64(bytes));
            }
        }
        console_.out.write(out + '\n');
    }

    Console& console_;
    bool as_json_;
    bool has_many_;
    bool is_terminal_;
    bool at_line_start_ = true;
    std::string last_title_;
};

int parse_attempt(const std::string& text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 1) {
        throw UsageError("--attempt " + printable(text) + ": attempts count from 1");
    }
    return number;
}

std::vector<JobPlace> jobs_of(const Pipeline& run, const std::string& job) {
    if (!job.empty()) return find_jobs(run, job);
    std::vector<JobPlace> all;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& each : stage.jobs) all.push_back({&stage, &each});
    }
    return all;
}

/// Prints the new parts of every attempt that is wanted. \return whether everything has ended
class Pass {
public:
    Pass(const store::Store& store, const Arguments& given, LogPrinter& printer, Console& console)
        : store_(store), given_(given), printer_(printer), console_(console) {
        if (!given.attempt.empty()) only_ = parse_attempt(given.attempt);
    }

    /// \param is_last nothing more will come: also what looks incomplete is printed
    bool print(const std::string& id, bool is_last) {
        const RunRecord record = store_.load(id);
        bool has_ended = true;
        const auto places = jobs_of(record.pipeline, given_.job);
        require_attempt(places);
        for (const JobPlace& place : places) {
            if (!is_end(place.job->status)) has_ended = false;
            if (!place.job->reused_from.empty()) {
                print_reused(*place.stage, *place.job);
                continue;
            }
            print_job(id, *place.stage, *place.job, is_last || is_end(place.job->status));
        }
        return has_ended || is_end(record.pipeline.status) || record.is_interrupted;
    }

    bool could_read_all() const { return unreadable_.empty(); }

private:
    /// Of what was asked for by name, at least one has it or may still get it.
    void require_attempt(const std::vector<JobPlace>& places) const {
        if (!only_ || given_.job.empty()) return;
        std::size_t most = 0;
        for (const auto& [stage, job] : places) {
            most = std::max(most, job->attempts.size());
            if (!job->reused_from.empty() || !is_end(job->status) || most >= static_cast<std::size_t>(*only_)) return;
        }
        const std::string name = printable(places.size() == 1 ? places.front().job->name : given_.job);
        throw UsageError("--attempt " + std::to_string(*only_) + ": job '" + name + "' had " + std::to_string(most));
    }

    /// It printed nothing here: what it printed then is in the log of that run.
    void print_reused(const PipelineStage& stage, const PipelineJob& job) {
        if (!reused_.insert(stage.name + '\0' + job.name).second) return;
        const RunRecord origin = store_.load(job.reused_from);
        const PipelineStage* const its_stage = origin.pipeline.find_stage(stage.name);
        if (!its_stage) return;
        for (const PipelineJob& each : its_stage->jobs) {
            if (each.name == job.name) print_job(job.reused_from, *its_stage, each, true);
        }
    }

    void print_job(const std::string& id, const PipelineStage& stage, const PipelineJob& job, bool has_ended) {
        for (const JobAttempt& attempt : job.attempts) {
            const bool is_newest = &attempt == &job.attempts.back();
            if (only_ ? attempt.number != *only_ : !given_.follow && !is_newest) continue;
            if (attempt.log.empty()) continue;
            const bool is_complete = has_ended || !is_newest;
            auto& reader = readers_.try_emplace(attempt.log, attempt.log).first->second;
            try {
                for (std::string piece = reader.read(is_complete); !piece.empty() && !printer_.is_over(); piece = reader.read(is_complete)) {
                    printer_.print(id, stage, job, attempt.number, piece);
                }
            } catch (const Error& failure) {  // the others' logs are wanted all the same
                if (unreadable_.insert(attempt.log).second) console_.complain(failure.what());
            }
        }
    }

    const store::Store& store_;
    const Arguments& given_;
    LogPrinter& printer_;
    Console& console_;
    std::optional<int> only_;
    std::set<std::filesystem::path> unreadable_;
    std::map<std::filesystem::path, LogReader> readers_;
    std::set<std::string> reused_;
};

int logs(const Arguments& given, Console& console) {
    const std::string workspace = workspace_of(given.workspace, console);
    const auto store = open_store(workspace, console);
    const std::string id = run_id(*store, given.run);
    const bool has_many = given.job.empty() || jobs_of(store->load(id).pipeline, given.job).size() > 1;
    LogPrinter printer(console, given.as_json, has_many);
    Pass pass(*store, given, printer, console);
    const auto result = [&pass] { return pass.could_read_all() ? exit_success : exit_not_written; };
    if (!given.follow) {
        pass.print(id, true);
        return result();
    }
    for (;;) {
        const bool is_live = store->is_live(id);
        const bool has_ended = pass.print(id, !is_live);
        console.out.flush();
        if (has_ended || !is_live || printer.is_over()) return result();
        ::poll(nullptr, 0, 100);
    }
}

}  // namespace

void add_logs(CLI::App& app, Action& chosen) {
    const auto given = std::make_shared<Arguments>();
    CLI::App* const command = app.add_subcommand("logs", "Print what the jobs of a run printed");
    command->add_option("RUN", given->run, "Its id, what it begins with, or the id of its trace; last: the newest")->required()->type_name("");
    command->add_option("JOB", given->job, "JOB or STAGE.JOB; a matrix job's plain name: all of its jobs; without it: every job, with a heading")->type_name("");
    command->add_flag("--follow,-f", given->follow, "Go on until the job, or the run, has ended; every attempt");
    command->add_option("--attempt", given->attempt, "Which one, from 1 (default: the last one)")->type_name("N");
    command->add_flag("--json", given->as_json, "One object for each piece");
    add_workspace_option(*command, given->workspace);
    command->footer(
        "On a terminal control characters other than colours are left out; into a file or a pipe go the very bytes.\n\n"
        "Examples:\n"
        "  kahn logs last\n"
        "  kahn logs 01J9ZK4Q \"unit (gcc)\" --follow");
    command->callback([given, &chosen] { chosen = [given](Console& console) { return logs(*given, console); }; });
}

}  // namespace kahn::app
