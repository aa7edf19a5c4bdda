#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kahn {

/// What `*` and `?` may stand for.
enum class GlobKind {
    text,  ///< any characters: branch names and `=~`
    path,  ///< any characters but `/`; `**` as a whole path segment stands for any number of segments
};

/// Whether `text` as a whole matches `pattern`: `*`, `?`, `[a-z]`, `[!a-z]`, `{a,b}`, `\` takes the next one literally.
///
/// \par Complexity
/// O(pattern x text) for any pattern without braces, each alternative of a brace counting as a pattern of its own.
/// More than 1,000 expansions of the braces never match.
bool glob_match(std::string_view pattern, std::string_view text, GlobKind kind);

/// Every pattern that the braces of a pattern stand for, itself if it has none; nothing for more than 1,000.
std::vector<std::string> expand_braces(std::string_view pattern);

}  // namespace kahn
