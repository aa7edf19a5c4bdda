#pragma once

#include <string>
#include <string_view>

namespace kahn::render {

/// Text for an HTML element or a quoted attribute. Line ends and tabs stay; other control characters and what turns the direction
/// of writing are shown as `\xNN` and `\u202e`; what is not UTF-8 becomes U+FFFD.
void append_html(std::string& out, std::string_view text);
std::string html(std::string_view text);

/// Text for an XML 1.0 element or a quoted attribute: characters that XML forbids are removed, what is not UTF-8 becomes U+FFFD.
void append_xml(std::string& out, std::string_view text);
std::string xml(std::string_view text);

/// Text for a Markdown table cell or line (GitHub's dialect): on one line, nothing in it is formatting.
std::string markdown(std::string_view text);

/// Text for a fenced block, with a fence that nothing in it can close.
void append_markdown_block(std::string& out, std::string_view text);

/// A log as it would look on paper: no control sequence, no control character but tab and line end.
std::string without_control_sequences(std::string_view log);

}  // namespace kahn::render
