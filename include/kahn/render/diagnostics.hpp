#pragma once

#include <kahn/model/diagnostic.hpp>

#include <span>
#include <string>
#include <string_view>

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

}  // namespace kahn::render
