#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace kahn::remote {

/// What a permanent redirect says about a repository: its path `/repos/OWNER/NAME`, and the one that has taken its place
/// (`/repositories/1`). Nothing if the rest of the two targets is not the same, or it is about something else.
/// \param base  the path of the interface, without a slash at its end
std::optional<std::pair<std::string, std::string>> repository_move(std::string_view base, std::string_view from, std::string_view to);

/// `target` with `to` in place of `from`, if it is at or below that path; else as it is.
std::string with_prefix(std::string_view target, std::string_view from, std::string_view to);

}  // namespace kahn::remote
