#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::process {

/// The words of a command that a shell would do nothing to but split at blanks, and whose program is neither a builtin nor
/// a reserved word of any common shell. Nothing: a shell has to read it. In doubt it is the shell's.
std::optional<std::vector<std::string>> split_plain_command(std::string_view command);

}  // namespace kahn::process
