#include <kahn/render/step_summary.hpp>

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "render/markup.hpp"
#include "render/reason_text.hpp"
#include "render/run_names.hpp"
#include "render/run_summary.hpp"
#include "render/status_words.hpp"

#include <utility>

namespace kahn::render {
namespace {

struct Row {
    const PipelineStage* stage = nullptr;
    const PipelineJob* job = nullptr;

    bool is_allowed() const { return is_allowed_to_fail(*stage, *job); }
    bool has_failed() const { return job->status == PipelineStatus::failure && !is_allowed(); }

    static constexpr int last_rank = 4;
    /// What a reader looks for comes first.
    int rank() const {
        switch (job->status) {
            case PipelineStatus::failure: return is_allowed() ? 1 : 0;
            case PipelineStatus::cancelled: return 2;
            case PipelineStatus::skipped: return 3;
            default: return last_rank;
        }
    }
};

std::vector<Row> rows_of(const Pipeline& run) {
    // One rank after the other, each in the file's order.
    std::vector<Row> rows;
    for (int rank = 0; rank <= Row::last_rank; ++rank) {
        for (const PipelineStage& stage : run.stages) {
            for (const PipelineJob& job : stage.jobs) {
                const Row row{&stage, &job};
                if (row.rank() == rank) rows.push_back(row);
            }
        }
    }
    return rows;
}

std::string headline(const Pipeline& run, const std::vector<std::string>& critical_path, const std::filesystem::path& base) {
    const StatusWords words = status_words(run.status);
    std::string out = "### " + std::string(words.glyph) + ' ' + markdown(run.name) + ": " + std::string(words.word) + " in " + format_duration(run.duration) + "\n\n";
    out += markdown(counts_text(run)) + " · run `" + run.run_id + '`';
    if (!run.source.empty()) out += " · " + markdown(shown_path(run.source, base));
    if (run.reason && run.reason.code() != Reason::Code::job_failed) out += " · " + markdown(reason_text(run.reason));
    if (critical_path.size() > 1) out += "\n\nCritical path: " + markdown(join(critical_path, " → "));
    return out + "\n\n";
}

std::string table_row(const Row& row, const RunNames& names) {
    const StatusWords words = status_words(*row.stage, *row.job);
    const std::string time = row.job->attempts.empty() ? "" : format_duration(row.job->duration);
    return "| " + markdown(names.of(*row.stage, *row.job)) + " | " + words.text() + " | " + time + " | " + markdown(job_detail(*row.job, row.is_allowed())) + " |\n";
}

std::string last_lines(std::string_view text, std::size_t count) {
    while (text.ends_with('\n')) text.remove_suffix(1);
    std::size_t at = text.size();
    for (std::size_t lines = 0; lines < count; ++lines) {
        at = at == 0 ? std::string_view::npos : text.rfind('\n', at - 1);
        if (at == std::string_view::npos) return std::string(text);
    }
    return std::string(text.substr(at + 1));
}

/// Folded, on GitHub's page.
std::string details(const Row& row, const RunNames& names) {
    constexpr std::size_t shown_lines = 20;
    std::string out;
    for (const auto& [stream, text] : {std::pair("standard output", &row.job->output), std::pair("standard error", &row.job->error)}) {
        if (text->empty()) continue;
        out += "<details><summary>" + html(names.of(*row.stage, *row.job)) + ": end of " + stream + "</summary>\n\n";
        append_markdown_block(out, last_lines(without_control_sequences(*text), shown_lines));
        out += "\n</details>\n";
    }
    return out;
}

}  // namespace

std::string github_summary(const Pipeline& run, const std::vector<std::string>& critical_path, const std::filesystem::path& base, std::size_t bytes) {
    constexpr std::size_t room_for_notices = 300;
    std::string out = headline(run, critical_path, base);
    if (out.size() + room_for_notices > bytes) return {};
    const std::size_t limit = bytes - room_for_notices;
    const RunNames names(run);
    const std::vector<Row> rows = rows_of(run);

    out += "| Job | Result | Time | Detail |\n| --- | --- | ---: | --- |\n";
    std::size_t shown = 0;
    for (; shown < rows.size(); ++shown) {
        const std::string row = table_row(rows[shown], names);
        if (out.size() + row.size() > limit) break;
        out += row;
    }
    out += '\n';
    if (shown < rows.size()) out += std::to_string(rows.size() - shown) + " more jobs: no room for them here.\n\n";

    std::size_t left_out = 0;
    for (const Row& row : rows) {
        if (!row.has_failed()) break;  // they come first
        const std::string text = details(row, names);
        if (out.size() + text.size() > limit) ++left_out;
        else out += text;
    }
    if (left_out > 0) out += "\nNo room for the last lines of " + std::to_string(left_out) + " more failed jobs.\n";
    return out + '\n';
}

}  // namespace kahn::render
