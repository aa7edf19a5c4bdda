#pragma once

#include <kahn/model/diagnostic.hpp>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::render {

/// Every diagnostic with its line, a caret, its related places and its help, and a count at the end.
///
/// Control characters are made printable, tabs are shown as four spaces, of a long line the part around the caret.
/// \param source the file's text; empty: positions only
/// \par Complexity
/// Linear in the source and in the number of diagnostics, whatever the length of a line.
std::string to_text(std::span<const Diagnostic> diagnostics, std::string_view file, std::string_view source);

/// `{"file", "valid", "diagnostics": [{"code", "severity", "message", "line", "column", "length", "label", "help", "related"}]}`
/// on one line, line end included. Columns count bytes from 1; line 0: it stands in no line of the file.
std::string to_json(std::span<const Diagnostic> diagnostics, std::string_view file);

/// One workflow command a diagnostic (<tt>\::error file=ci.yaml,line=52,...\::message</tt>), as GitHub Actions shows them beside the
/// lines of a change (https://docs.github.com/actions/reference/workflow-commands-for-github-actions). Columns count code points.
std::string to_github(std::span<const Diagnostic> diagnostics, std::string_view file, std::string_view source);

/// What a diagnostic's code stands for.
struct RuleText {
    std::string id;           ///< `K012`
    std::string title;        ///< one line
    std::string explanation;  ///< whole sentences
};

/// Collects the diagnostics of several files into one SARIF 2.1.0 log (OASIS, 2020), for code scanning services.
class SarifLog {
public:
    /// \param rules every code that a diagnostic may have
    explicit SarifLog(std::string_view version, std::span<const RuleText> rules);

    /// \param source the file's text: SARIF's columns count code points, a diagnostic's count bytes
    void add(std::span<const Diagnostic> diagnostics, std::string_view file, std::string_view source);
    /// The log on one line, line end included. Nothing can be added afterwards.
    std::string finish();

private:
    std::vector<std::string> rule_ids_;
    std::string out_;
    bool is_first_ = true;
};

}  // namespace kahn::render
