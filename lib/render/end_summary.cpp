#include "render/end_summary.hpp"

#include <kahn/base/time.hpp>

#include "base/shell_quote.hpp"
#include "base/text.hpp"
#include "render/cells.hpp"
#include "render/past_words.hpp"
#include "render/reason_text.hpp"
#include "render/run_summary.hpp"
#include "render/status_words.hpp"

#include <algorithm>
#include <optional>

namespace kahn::render {
namespace {

struct Row {
    const PipelineStage* stage;
    const PipelineJob* job;
    std::string name;
    std::string after;  ///< what it waits for, as the file has it

    bool is_allowed() const { return is_allowed_to_fail(*stage, *job); }
};

/// What a job waits for directly: jobs that it names, else the job before it where they run one after another, else its stage's
/// dependencies.
std::string after(const PipelineStage& stage, const PipelineJob& job) {
    if (!job.dependencies.empty()) return printable(join(job.dependencies, ", "));
    if (!stage.parallel && &job != stage.jobs.data()) return printable((&job - 1)->name);
    return stage.dependencies.empty() ? "-" : printable(join(stage.dependencies, ", "));
}

std::vector<Row> rows_of(const Pipeline& run, const RunNames& names) {
    std::vector<Row> rows;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) rows.push_back(Row{&stage, &job, names.of(stage, job), after(stage, job)});
    }
    return rows;
}

/// \param after_width  0: without what it waits for
std::string table_row(const Row& row, std::size_t name_width, std::size_t after_width, const Palette& palette) {
    const PipelineJob& job = *row.job;
    const StatusWords words = status_words(job.status, row.is_allowed());
    const std::string word = std::string(words.glyph) + ' ' + (job.status == PipelineStatus::failure ? "failed" : std::string(words.word));
    const std::string detail = job_detail(job, row.is_allowed());
    const std::string time = job.attempts.empty() ? "-" : format_duration(job.duration);
    std::string out = "   " + padded(row.name, name_width) + "  " + palette.by(job.status, row.is_allowed(), padded(word, 11)) + "  " +
                      std::string(7 - std::min<std::size_t>(7, time.size()), ' ') + time;
    if (after_width > 0) out += "  " + (detail.empty() ? cut_end(row.after, after_width) : padded(row.after, after_width));
    if (!detail.empty()) out += "  " + detail;
    return out + '\n';
}

/// Rows that have the same to say: where there are many, the first are shown and the others counted.
class Fold {
public:
    Fold(const std::vector<Row>& rows, bool (*holds)(const Row&), std::string_view words, bool lists_all) : holds_(holds), words_(words) {
        constexpr std::size_t few = 5;
        const auto all = static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), holds));
        shown_ = lists_all || all <= few ? all : few - 1;
        hidden_ = all - shown_;
    }

    /// Asked of each row once, in order.
    bool hides(const Row& row) { return holds_(row) && ++seen_ > shown_; }
    std::string rest() const {
        return hidden_ == 0 ? "" : "   … " + std::to_string(hidden_) + " more " + std::string(words_) + " (--final=all to list)\n";
    }

private:
    bool (*holds_)(const Row&);
    std::string_view words_;
    std::size_t shown_ = 0;
    std::size_t hidden_ = 0;
    std::size_t seen_ = 0;
};

std::string table(const std::vector<Row>& rows, const EndOptions& options) {
    constexpr std::size_t narrowest_with_after = 60;
    const auto is_fine = [](const Row& row) { return row.job->status == PipelineStatus::success; };
    // Of these there are many after Ctrl-C, or a failure near the beginning.
    const auto never_began = [](const Row& row) { return row.job->attempts.empty() && row.job->status != PipelineStatus::success; };
    Fold fine(rows, is_fine, "ok", options.lists_all);
    Fold unbegun(rows, never_began, "that never began", options.lists_all);
    std::vector<const Row*> shown;
    std::size_t name_width = 3;
    std::size_t after_width = 5;
    const bool says_after = options.columns >= narrowest_with_after &&
                            std::any_of(rows.begin(), rows.end(), [](const Row& row) { return row.after != "-"; });
    for (const Row& row : rows) {
        if (fine.hides(row) || unbegun.hides(row)) continue;
        shown.push_back(&row);
        name_width = std::max(name_width, std::min(cells(row.name), options.widest_name()));
        after_width = std::max(after_width, std::min(cells(row.after), options.columns / 5));
    }
    if (!says_after) after_width = 0;
    const std::string after_head = says_after ? padded("after", after_width) + "  " : std::string();
    std::string out = options.palette.dim("   " + padded("job", name_width) + "  result          time  " + after_head + "detail") + '\n';
    for (const Row* const row : shown) out += table_row(*row, name_width, after_width, options.palette);
    return out + fine.rest() + unbegun.rest();
}

/// The run's folder, as its logs have it.
std::optional<std::filesystem::path> folder_of(const std::vector<Row>& rows) {
    for (const Row& row : rows) {
        for (const JobAttempt& attempt : row.job->attempts) {
            if (!attempt.log.empty()) return attempt.log.parent_path().parent_path();
        }
    }
    return std::nullopt;
}

std::string critical_line(const Pipeline& run, const std::vector<Row>& rows, const std::vector<std::string>& path) {
    constexpr std::size_t most_shown = 6;
    if (path.size() < 2) return {};
    std::chrono::nanoseconds sum{0};
    std::vector<std::string> parts;
    for (const std::string& entry : path) {
        const auto found = std::find_if(rows.begin(), rows.end(), [&entry](const Row& row) {
            return row.job->name == entry || row.stage->name + '.' + row.job->name == entry;
        });
        if (found == rows.end()) return {};
        sum += found->job->duration;
        parts.push_back(found->name + ' ' + format_duration(found->job->duration));
    }
    if (parts.size() > most_shown) {
        const std::size_t left_out = parts.size() - most_shown + 1;
        const auto from = parts.begin() + 3;
        parts.erase(from, from + static_cast<std::ptrdiff_t>(left_out));
        parts.insert(parts.begin() + 3, "… " + std::to_string(left_out) + " more …");
    }
    return "   critical path  " + join(parts, " → ") + "   = " + format_duration(sum) + " of " + format_duration(run.duration) + '\n';
}

}  // namespace

std::string failed_job_block(const Pipeline& run, const FailedJobs::Entry& failure, const EndOptions& options) {
    const Palette& palette = options.palette;
    const PipelineJob& job = *failure.job;
    const JobAttempt* const last = job.attempts.empty() ? nullptr : &job.attempts.back();
    std::string out = ' ' + palette.red("✗ " + failure.name) + "  failed: " + reason_text(job.reason);
    if (last) out += attempt_note(job, last->number) + ", " + format_duration(last->duration);
    if (job.location.line > 0 && !run.source.empty()) {
        out += "   " + palette.dim(shown_path(run.source, options.base) + ':' + std::to_string(job.location.line) + ':' +
                                   std::to_string(job.location.column));
    }
    out += '\n';
    for (std::string_view lines = failure.last_lines; !lines.empty(); lines.remove_prefix(lines.find('\n') + 1)) {
        out.append("   │ ").append(lines.substr(0, lines.find('\n'))).append("\n");
    }
    const std::string left_out = failure.left_out();
    if (last && !last->log.empty()) {
        out += "   └ " + left_out + (left_out.empty() ? "" : " · ") + "full log: " + shown_path(last->log, options.base) + '\n';
    }
    return out + '\n';
}

std::string job_table(const Pipeline& run, const RunNames& names, const EndOptions& options) { return table(rows_of(run, names), options); }

std::string end_summary(const Pipeline& run, const RunNames& names, const std::vector<std::string>& critical_path,
                        const EndOptions& options) {
    const Palette& palette = options.palette;
    const std::vector<Row> rows = rows_of(run, names);
    const std::string name = printable(run.name);
    std::string took = format_duration(run.duration);
    if (const std::string beside = against_the_median(run, options.past); !beside.empty()) took += "  (" + beside + ')';
    const auto folder = folder_of(rows);
    if (run.status == PipelineStatus::success) {
        std::string out = ' ' + palette.green("✓ " + name) + "   " + counts_text(run) + "   " + took + '\n';
        if (options.lists_all) out += table(rows, options);
        out += critical_line(run, rows, critical_path);
        if (folder) out += "   log " + shown_path(*folder, options.base) + "   rerun: kahn rerun " + run.run_id + " --all" + options.hint_options + '\n';
        return out;
    }

    const bool is_cancelled = run.status == PipelineStatus::cancelled;
    std::string out = ' ' + (is_cancelled ? palette.yellow("⊘ " + name) + "   cancelled after " : palette.red("✗ " + name) + "   failed in ") + took;
    if (run.reason && run.reason.code() != Reason::Code::job_failed) out += " (" + reason_text(run.reason) + ')';
    out += "   " + counts_text(run) + '\n' + table(rows, options);
    if (const std::string since = since_when_it_fails(run, options.past); !since.empty()) out += "   " + since + '\n';
    if (!folder) return out;  // nothing was recorded that one could go back to
    out += "   next: kahn rerun " + run.run_id + " --failed" + options.hint_options;
    const auto failed = std::find_if(rows.begin(), rows.end(), [](const Row& row) {
        return row.job->status == PipelineStatus::failure && !row.is_allowed() && !row.job->attempts.empty();
    });
    if (failed != rows.end()) {
        // The stage belongs to it where the name alone would not do, as in what names.of() says.
        out += "\n         kahn logs " + run.run_id + ' ' + shell_quoted(failed->name) + options.hint_options;
    }
    return out + '\n';
}

}  // namespace kahn::render
