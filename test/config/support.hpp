#pragma once

#include <kahn/config/load.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::config::test {

/// One problem as `3:5 K012 unknown key ...`, and related places as `  1:1 first given here`.
inline std::string short_form(const Diagnostic& diagnostic) {
    const auto at = [](const SourceLocation& location) {
        return std::to_string(location.line) + ':' + std::to_string(location.column) + ' ';
    };
    std::string out = at(diagnostic.location) + diagnostic.code + ' ' + diagnostic.message + '\n';
    for (const RelatedPlace& related : diagnostic.related) out += "  " + at(related.location) + related.message + '\n';
    return out;
}

inline std::string short_form(const std::vector<Diagnostic>& diagnostics) {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) out += short_form(diagnostic);
    return out;
}

inline std::string problems(std::string text, Format format = Format::yaml) {
    return short_form(load_text(std::move(text), format, "ci").diagnostics);
}

/// `3:5 K012` of each problem, in order.
inline std::string places(const std::vector<Diagnostic>& diagnostics) {
    std::string out;
    for (const Diagnostic& diagnostic : diagnostics) {
        if (!out.empty()) out += ", ";
        out += std::to_string(diagnostic.location.line) + ':' + std::to_string(diagnostic.location.column) + ' ' +
               diagnostic.code;
    }
    return out;
}

inline std::string places(std::string text, Format format = Format::yaml) {
    return places(load_text(std::move(text), format, "ci").diagnostics);
}

/// A pipeline of one job, with `lines` among the job's keys.
inline std::string with_job(std::string_view lines) {
    return "name: p\nstages:\n- name: s\n  jobs:\n  - name: j\n    commands: [make]\n" + std::string(lines);
}

inline std::string repeat(std::string_view text, std::size_t times) {
    std::string out;
    out.reserve(text.size() * times);
    for (std::size_t i = 0; i < times; ++i) out += text;
    return out;
}

}  // namespace kahn::config::test
