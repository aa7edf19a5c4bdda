#include <kahn/render/report.hpp>

#include "render/markup.hpp"
#include "render/report_content.hpp"

namespace kahn::render {
namespace {

void append_row(std::string& out, const std::vector<Cell>& cells) {
    out += '|';
    for (const Cell& cell : cells) out += ' ' + markdown(cell.text) + " |";
    out += '\n';
}

void append_table(std::string& out, const Table& table) {
    out += "\n## " + markdown(table.title) + "\n\n";
    if (!table.note.empty()) out += markdown(table.note) + "\n\n";
    out += '|';
    for (const std::string& column : table.columns) out += ' ' + markdown(column) + " |";
    out += "\n|";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const bool is_number = !table.rows.empty() && table.rows[0][i].look == Cell::Look::number;
        out += is_number ? " ---: |" : " --- |";
    }
    out += '\n';
    for (const auto& row : table.rows) append_row(out, row);
    if (table.omitted > 0) out += "\n" + std::to_string(table.omitted) + " more in the JSON report.\n";
}

void append_tail(std::string& out, const char* stream, const std::string& text) {
    if (text.empty()) return;
    out += std::string("\nEnd of ") + stream + ":\n\n";
    append_markdown_block(out, text);
}

}  // namespace

std::string to_markdown(const PipelineReport& report) {
    const ReportContent content = content_of(report);
    std::string out = "# " + markdown(content.title) + ": " + content.status.text() + "\n\n";
    out += std::string(to_string(report.type)) + " report of run `" + report.execution_id + "`, started " +
           time_text(report.metrics.start_time) + ", written " + time_text(report.generated_at) + "\n\n";
    for (const std::string& finding : report.findings) out += "- " + markdown(finding) + '\n';
    if (!report.findings.empty()) out += '\n';
    out += "| Figure | Value | Detail |\n| --- | ---: | --- |\n";
    for (const Fact& fact : content.facts) append_row(out, {fact.label, fact.value, fact.detail});
    if (!content.failures.empty()) out += "\n## Failures\n";
    for (const Failure& failure : content.failures) {
        out += "\n### " + markdown(failure.name) + ": " + failure.words.text() + "\n\n" + markdown(failure.detail) + '\n';
        append_tail(out, "standard output", failure.output);
        append_tail(out, "standard error", failure.error);
        if (!failure.log.empty()) out += "\nFull log: " + markdown(failure.log) + '\n';
    }
    if (content.failures_omitted > 0) out += "\n" + std::to_string(content.failures_omitted) + " more failures in the JSON report.\n";
    for (const Table& table : content.tables) append_table(out, table);
    return out;
}

}  // namespace kahn::render
