#include <kahn/render/report.hpp>

#include "render/html_graph.hpp"
#include "render/html_style.hpp"
#include "render/html_timeline.hpp"
#include "render/markup.hpp"
#include "render/report_content.hpp"

namespace kahn::render {
namespace {

constexpr std::size_t open_failures = 10;

std::string pill(const StatusWords& words) { return "<span class=\"pill s-" + std::string(words.style) + "\">" + html(words.text()) + "</span>"; }

std::string sentence_case(std::string_view word) {
    std::string out(word);
    if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] - 'a' + 'A');
    return out;
}

void append_head(std::string& out, const PipelineReport& report, const ReportContent& content) {
    // The policy is the second wall behind the escaping: nothing here may load or run anything.
    out += "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
           "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<title>";
    append_html(out, content.title + " \u00B7 " + std::string(content.status.word) + " \u00B7 " + std::string(to_string(report.type)));
    out += "</title>\n<style>";
    out += html_style;
    out += "</style>\n</head>\n<body>\n<header><div class=\"in\"><p class=\"kind\">" + sentence_case(to_string(report.type)) + " report</p>\n<h1><bdi>";
    append_html(out, content.title);
    out += "</bdi> " + pill(content.status) + "</h1>\n<p class=\"meta\">Run <code>" + html(report.execution_id) + "</code> \u00B7 started " +
           html(time_text(report.metrics.start_time));
    const RunOrigin& origin = report.run.origin;
    if (!origin.branch.empty()) out += " \u00B7 branch <code>" + html(origin.branch) + "</code>";
    if (!origin.commit.empty()) out += " \u00B7 commit <code>" + html(origin.commit.substr(0, 12)) + "</code>";
    out += "</p></div></header>\n<main>\n";
}

void append_findings(std::string& out, const std::vector<std::string>& findings) {
    if (findings.empty()) return;
    out += "<ul class=\"findings\" aria-label=\"What is worth knowing\">\n";
    for (const std::string& finding : findings) out += "<li>" + html(finding) + "</li>\n";
    out += "</ul>\n";
}

void append_facts(std::string& out, const std::vector<Fact>& facts) {
    out += "<dl class=\"facts\">\n";
    for (const Fact& fact : facts) {
        out += "<div class=\"fact\"><dt>" + html(fact.label) + "</dt><dd class=\"v\">" + html(fact.value) + "</dd>";
        if (!fact.detail.empty()) out += "<dd class=\"d\">" + html(fact.detail) + "</dd>";
        out += "</div>\n";
    }
    out += "</dl>\n";
}

void append_stream(std::string& out, const char* stream, const std::string& text, const std::string& job) {
    if (text.empty()) return;
    out += std::string("<p class=\"stream\">End of ") + stream + "</p><pre tabindex=\"0\" role=\"region\" aria-label=\"End of " + stream + " of " + html(job) + "\">";
    if (text[0] == '\n') out += '\n';  // the parser drops a line end that comes first
    append_html(out, text);
    out += "</pre>\n";
}

void append_failures(std::string& out, const ReportContent& content) {
    if (content.failures.empty()) return;
    out += "<section><h2>Failures</h2>\n";
    std::size_t shown = 0;
    for (const Failure& failure : content.failures) {
        out += std::string("<details class=\"failure") + (failure.words.style == "allowed" ? " is-allowed\"" : "\"") + (shown++ < open_failures ? " open" : "") + "><summary><h3><bdi>" +
               html(failure.name) + "</bdi></h3>" + pill(failure.words) + "<span class=\"why\">" + html(failure.detail) + "</span></summary><div class=\"body\">\n";
        append_stream(out, "standard output", failure.output, failure.name);
        append_stream(out, "standard error", failure.error, failure.name);
        if (failure.output.empty() && failure.error.empty()) out += "<p class=\"stream\">It printed nothing that was kept.</p>\n";
        if (!failure.log.empty()) out += "<p class=\"stream\">Full log: <code>" + html(failure.log) + "</code></p>\n";
        out += "</div></details>\n";
    }
    if (content.failures_omitted > 0) out += "<p class=\"note\">" + std::to_string(content.failures_omitted) + " more failures are in the JSON report.</p>\n";
    out += "</section>\n";
}

void append_cell(std::string& out, const Cell& cell, const std::string& column) {
    out += "<td data-label=\"" + html(column) + '"';
    std::string classes;
    if (cell.look == Cell::Look::number) classes = "n";
    if (cell.look == Cell::Look::code) classes = "code";
    if (cell.look == Cell::Look::text && cell.style.empty()) classes = "t";
    if (cell.text == "-") classes += classes.empty() ? "none" : " none";
    if (!classes.empty()) out += " class=\"" + classes + '"';
    out += '>';
    if (cell.style.empty()) {
        out += "<span>" + html(cell.text) + "</span>";
    } else {
        out += "<span class=\"pill s-" + std::string(cell.style) + "\">" + html(cell.text) + "</span>";
    }
    out += "</td>";
}

void append_table(std::string& out, const Table& table) {
    out += "<section><h2>" + html(table.title) + "</h2>\n";
    if (!table.note.empty()) out += "<p class=\"note\">" + html(table.note) + "</p>\n";
    out += "<div class=\"scroll\"><table class=\"rows\"><thead><tr>";
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
        const bool is_number = table.rows[0][i].look == Cell::Look::number;
        out += std::string("<th scope=\"col\"") + (is_number ? " class=\"n\">" : ">") + html(table.columns[i]) + "</th>";
    }
    out += "</tr></thead><tbody>\n";
    for (const auto& row : table.rows) {
        out += "<tr>";
        for (std::size_t i = 0; i < row.size(); ++i) append_cell(out, row[i], table.columns[i]);
        out += "</tr>\n";
    }
    out += "</tbody></table></div>\n";
    if (table.omitted > 0) out += "<p class=\"note\">" + std::to_string(table.omitted) + " more are in the JSON report.</p>\n";
    out += "</section>\n";
}

}  // namespace

std::string to_html(const PipelineReport& report) {
    const ReportContent content = content_of(report);
    std::string out;
    append_head(out, report, content);
    append_findings(out, report.findings);
    append_facts(out, content.facts);
    append_failures(out, content);
    const bool has_pictures = report.type == ReportType::execution || report.type == ReportType::performance || report.type == ReportType::summary;
    if (has_pictures) {
        append_timeline(out, report.run);
        append_graph(out, report.run);
    }
    for (const Table& table : content.tables) append_table(out, table);
    out += "</main>\n<footer>Written by kahn";
    if (!report.run.origin.version.empty()) out += ' ' + html(report.run.origin.version);
    out += " at " + html(time_text(report.generated_at)) + " from what was recorded of the run. Times are UTC.</footer>\n</body>\n</html>\n";
    return out;
}

}  // namespace kahn::render
