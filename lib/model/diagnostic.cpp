#include <kahn/model/diagnostic.hpp>

#include "base/text.hpp"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace kahn {
namespace {

std::string summary(Errc code, const std::string& file, const std::vector<Diagnostic>& diagnostics) {
    if (diagnostics.empty()) return (file.empty() ? "" : printable(file) + ": ") + make_error_code(code).message();
    std::vector<std::string> lines;
    lines.reserve(diagnostics.size());
    for (const Diagnostic& diagnostic : diagnostics) lines.push_back(to_line(file, diagnostic));
    return join(lines, "\n");
}

/// Those of one place stay in their order. (clang takes offence at libstdc++ 12's own stable_sort.)
std::vector<Diagnostic> by_position(std::vector<Diagnostic> diagnostics) {
    std::vector<std::size_t> order(diagnostics.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::tie(diagnostics[a].location, a) < std::tie(diagnostics[b].location, b);
    });
    std::vector<Diagnostic> sorted;
    sorted.reserve(order.size());
    for (const std::size_t i : order) sorted.push_back(std::move(diagnostics[i]));
    return sorted;
}

}  // namespace

ConfigError::ConfigError(Errc code, std::string file, std::string source, std::vector<Diagnostic> diagnostics)
    : Error(code, summary(code, file, by_position(diagnostics))),
      file_(std::move(file)),
      source_(std::move(source)),
      diagnostics_(by_position(std::move(diagnostics))) {}

std::string to_line(const std::string& file, const Diagnostic& diagnostic) {
    std::string out = printable(file);
    if (diagnostic.location.line > 0) {
        if (!out.empty()) out += ':';
        out += std::to_string(diagnostic.location.line) + ':' + std::to_string(diagnostic.location.column);
    }
    if (!out.empty()) out += ": ";
    out += diagnostic.severity == Diagnostic::Severity::error ? "error" : "warning";
    if (!diagnostic.code.empty()) out += '[' + diagnostic.code + ']';
    return out + ": " + printable(diagnostic.message);
}

}  // namespace kahn
