#include <kahn/render/diagnostics.hpp>

#include "base/text.hpp"
#include "render/display_width.hpp"
#include "render/json_text.hpp"
#include "render/source_lines.hpp"

#include <algorithm>
#include <vector>

namespace kahn::render {
namespace {

/// What is shown of a line, and what stands below it.
struct Excerpt {
    std::string shown;
    std::size_t indent = 0;  ///< cells before the first mark
    std::size_t marks = 0;   ///< cells to underline, at least 1
};

std::size_t next_boundary(std::string_view line, std::size_t at) {
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80) ++at;
    return at;
}

/// \param at where the marks begin, in bytes from 0; \param length bytes to mark
Excerpt cut_out(std::string_view line, std::size_t at, std::size_t length) {
    constexpr std::size_t whole = 120;
    constexpr std::size_t before = 40;
    at = std::min(at, line.size());
    length = std::min(length, line.size() - at);
    std::size_t begin = 0;
    std::size_t end = line.size();
    if (line.size() > whole) {
        if (at > whole - before) begin = next_boundary(line, at - before);
        end = next_boundary(line, std::min(line.size(), begin + whole));
    }

    Excerpt excerpt;
    std::size_t cells = 0;
    std::size_t marks_end = 0;
    const auto show = [&](std::string_view text, std::size_t width) {
        excerpt.shown += text;
        cells += width;
    };
    if (begin > 0) show("…", 1);
    excerpt.indent = cells;
    for (std::size_t i = begin; i < end;) {
        if (i == at) excerpt.indent = cells;
        const std::string_view rest = line.substr(i);
        const std::size_t size = std::max<std::size_t>(1, utf8_sequence_length(rest));
        const std::string_view sequence = rest.substr(0, size);
        const std::string text = sequence == "\t" ? "    " : printable(sequence);
        show(text, text == sequence ? static_cast<std::size_t>(display_width(sequence)) : text.size());
        if (i < at + length) marks_end = cells;
        i += size;
    }
    if (at >= end) excerpt.indent = cells;
    excerpt.marks = std::max<std::size_t>(1, marks_end > excerpt.indent ? marks_end - excerpt.indent : 0);
    if (end < line.size()) excerpt.shown += "…";
    return excerpt;
}

/// Writes one diagnostic after the other.
class Writer {
public:
    Writer(std::string_view file, std::string_view source) : file_(printable(file)), lines_(source) {}

    void add(const Diagnostic& diagnostic) {
        const bool is_error = diagnostic.severity == Diagnostic::Severity::error;
        ++(is_error ? errors_ : warnings_);
        out_ += is_error ? "error" : "warning";
        if (!diagnostic.code.empty()) out_ += '[' + diagnostic.code + ']';
        if (a_code_.empty()) a_code_ = diagnostic.code;
        out_ += ": " + printable(diagnostic.message) + '\n';

        int last_line = diagnostic.location.line;
        for (const RelatedPlace& place : diagnostic.related) last_line = std::max(last_line, place.location.line);
        gutter_ = std::max<std::size_t>(2, std::to_string(last_line).size());
        out_.append(gutter_, ' ').append("--> ").append(file_);
        if (diagnostic.location.line > 0) {
            out_ += ':' + std::to_string(diagnostic.location.line) + ':' + std::to_string(diagnostic.location.column);
        }
        out_ += '\n';
        show(diagnostic.location, diagnostic.length, '^', diagnostic.label);
        for (const RelatedPlace& place : diagnostic.related) show(place.location, place.length, '-', place.message);
        if (!diagnostic.help.empty()) note("help: " + printable(diagnostic.help));
        out_ += '\n';
    }

    std::string finish() {
        const auto count = [](std::size_t n, const char* word) {
            return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s");
        };
        out_ += "kahn: ";
        if (errors_ > 0 || warnings_ == 0) out_ += count(errors_, "error");
        if (errors_ > 0 && warnings_ > 0) out_ += ", ";
        if (warnings_ > 0) out_ += count(warnings_, "warning");
        out_ += " in " + file_;
        if (!a_code_.empty()) out_ += " (explain a code: kahn explain " + a_code_ + ')';
        out_ += '\n';
        return std::move(out_);
    }

private:
    void bar() { out_.append(gutter_ + 1, ' ').append("|"); }

    void note(std::string_view text) { out_.append(gutter_ + 1, ' ').append("= ").append(text).append("\n"); }

    void show(const SourceLocation& location, std::size_t length, char mark, const std::string& label) {
        if (!lines_.has(location.line)) {
            if (label.empty()) return;
            const std::string where = location.line > 0 ? "line " + std::to_string(location.line) + ": " : "";
            return note(where + printable(label));
        }
        const auto at = static_cast<std::size_t>(std::max(location.column, 1) - 1);
        const Excerpt excerpt = cut_out(lines_.line(location.line), at, length);
        bar();
        out_ += '\n';
        const std::string number = std::to_string(location.line);
        out_.append(gutter_ - number.size(), ' ').append(number).append(" | ").append(excerpt.shown).append("\n");
        bar();
        out_ += ' ';
        out_.append(excerpt.indent, ' ').append(excerpt.marks, mark);
        if (!label.empty()) out_ += ' ' + printable(label);
        out_ += '\n';
    }

    std::string file_;
    SourceLines lines_;
    std::string out_;
    std::string a_code_;  // the first there is, to show how one asks about it
    std::size_t gutter_ = 2;
    std::size_t errors_ = 0;
    std::size_t warnings_ = 0;
};

void add_place(JsonObject& object, const SourceLocation& location, std::size_t length) {
    object.number("line", location.line);
    object.number("column", location.column);
    object.number("length", length);
}

void append(std::string& out, const Diagnostic& diagnostic) {
    JsonObject object(out);
    object.text("code", diagnostic.code);
    object.text("severity", diagnostic.severity == Diagnostic::Severity::error ? "error" : "warning");
    object.text("message", diagnostic.message);
    add_place(object, diagnostic.location, diagnostic.length);
    object.text_or_null("label", diagnostic.label);
    object.text_or_null("help", diagnostic.help);
    object.name("related");
    out += '[';
    for (std::size_t i = 0; i < diagnostic.related.size(); ++i) {
        if (i > 0) out += ',';
        JsonObject place(out);
        add_place(place, diagnostic.related[i].location, diagnostic.related[i].length);
        place.text("message", diagnostic.related[i].message);
    }
    out += ']';
}

}  // namespace

std::string to_text(std::span<const Diagnostic> diagnostics, std::string_view file, std::string_view source) {
    if (diagnostics.empty()) return {};
    Writer writer(file, source);
    for (const Diagnostic& diagnostic : diagnostics) writer.add(diagnostic);
    return writer.finish();
}

std::string to_json(std::span<const Diagnostic> diagnostics, std::string_view file) {
    const bool is_valid = std::none_of(diagnostics.begin(), diagnostics.end(), [](const Diagnostic& d) {
        return d.severity == Diagnostic::Severity::error;
    });
    std::string out;
    {
        JsonObject object(out);
        object.text("file", file);
        object.boolean("valid", is_valid);
        object.name("diagnostics");
        out += '[';
        for (std::size_t i = 0; i < diagnostics.size(); ++i) {
            if (i > 0) out += ',';
            append(out, diagnostics[i]);
        }
        out += ']';
    }
    out += '\n';
    return out;
}

}  // namespace kahn::render
