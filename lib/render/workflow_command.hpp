#pragma once

#include <string>
#include <string_view>

namespace kahn::render {

// Commands to the runner of GitHub Actions, `::name property=value,...::data`:
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands

/// A command ends with its line, so line ends are escaped in what it says.
void append_command_data(std::string& out, std::string_view text);

/// To a line that begins with `::name ` and has nothing else, or other properties.
void append_command_property(std::string& out, std::string_view name, std::string_view value);

}  // namespace kahn::render
