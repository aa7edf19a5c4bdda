#pragma once

#include <string>
#include <string_view>

namespace kahn::render {

/// One line of a job's output as it may reach a terminal: colours (SGR) stay and are closed at the end; every other control
/// sequence and control character but the tab goes, C1 in any encoding and bidirectional controls included; what is not UTF-8 becomes U+FFFD.
/// \param line without its line end
void append_terminal_line(std::string& out, std::string_view line);

}  // namespace kahn::render
