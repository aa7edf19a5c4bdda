#include <kahn/render/diagnostics.hpp>

#include "base/text.hpp"
#include "render/source_lines.hpp"

namespace kahn::render {
namespace {

/// A workflow command ends with its line, so line ends are escaped; a property ends at a comma or colon as well.
void append_escaped(std::string& out, std::string_view text, bool is_property) {
    for (const char c : text) {
        switch (c) {
            case '%': out += "%25"; break;
            case '\r': out += "%0D"; break;
            case '\n': out += "%0A"; break;
            case ':': out += is_property ? "%3A" : ":"; break;
            case ',': out += is_property ? "%2C" : ","; break;
            default: out += c;
        }
    }
}

void append_property(std::string& out, std::string_view name, std::string_view value) {
    out += out.back() == ' ' ? "" : ",";
    out.append(name).append("=");
    append_escaped(out, value, true);
}

}  // namespace

std::string to_github(std::span<const Diagnostic> diagnostics, std::string_view file, std::string_view source) {
    SourceLines lines(source);
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) {
        std::string line = diagnostic.severity == Diagnostic::Severity::error ? "::error " : "::warning ";
        append_property(line, "file", printable(file));
        if (diagnostic.location.line > 0) {
            const auto columns = lines.code_points(diagnostic.location, diagnostic.length);
            append_property(line, "line", std::to_string(diagnostic.location.line));
            append_property(line, "col", std::to_string(columns.first));
            append_property(line, "endColumn", std::to_string(columns.end));
        }
        if (!diagnostic.code.empty()) append_property(line, "title", diagnostic.code);
        line += "::";
        append_escaped(line, printable(diagnostic.message), false);
        for (const std::string& more : {diagnostic.label, diagnostic.help}) {
            if (!more.empty()) append_escaped(line.append("%0A"), printable(more), false);
        }
        out += line + '\n';
    }
    return out;
}

}  // namespace kahn::render
