#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace kahn::render {

enum class ColourMode { automatic, always, never };

std::optional<ColourMode> parse_colour_mode(std::string_view word) noexcept;

/// Whether a stream is to be coloured. From strongest to weakest: the option, `KAHN_COLOR`, `NO_COLOR`, `FORCE_COLOR` and
/// `CLICOLOR_FORCE`, `CLICOLOR=0`, a `TERM` that is dumb or not set, a terminal, a known CI.
/// \param environment  the names above and `GITHUB_ACTIONS GITLAB_CI BUILDKITE`, as far as they are set
bool is_coloured(ColourMode option, const std::map<std::string, std::string, std::less<>>& environment, bool is_terminal);

}  // namespace kahn::render
