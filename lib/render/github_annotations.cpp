#include <kahn/render/diagnostics.hpp>

#include "base/text.hpp"
#include "render/source_lines.hpp"
#include "render/workflow_command.hpp"

namespace kahn::render {

std::string to_github(std::span<const Diagnostic> diagnostics, std::string_view file, std::string_view source) {
    SourceLines lines(source);
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) {
        std::string line = diagnostic.severity == Diagnostic::Severity::error ? "::error " : "::warning ";
        append_command_property(line, "file", printable(file));
        if (diagnostic.location.line > 0) {
            const auto columns = lines.code_points(diagnostic.location, diagnostic.length);
            append_command_property(line, "line", std::to_string(diagnostic.location.line));
            append_command_property(line, "col", std::to_string(columns.first));
            append_command_property(line, "endColumn", std::to_string(columns.end));
        }
        if (!diagnostic.code.empty()) append_command_property(line, "title", diagnostic.code);
        line += "::";
        append_command_data(line, printable(diagnostic.message));
        for (const std::string& more : {diagnostic.label, diagnostic.help}) {
            if (!more.empty()) append_command_data(line.append("%0A"), printable(more));
        }
        out += line + '\n';
    }
    return out;
}

}  // namespace kahn::render
