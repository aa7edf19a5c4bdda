#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn::testing {

/// A request target, taken apart and percent-decoded: an encoded slash stays within its segment.
struct Target {
    Target() = default;
    explicit Target(std::string_view text);

    /// A parameter as a whole number within bounds; the fallback if it is none.
    std::size_t number(const std::string& name, std::size_t fallback, std::size_t low, std::size_t high) const;
    /// Empty if it is not given.
    std::string parameter(const std::string& name) const;

    std::string path;                   ///< as it came
    std::vector<std::string> segments;  ///< an empty one at the end for a trailing slash
    std::map<std::string, std::string> query;
};
static_assert(!std::is_aggregate_v<Target>);

/// Everything but letters, digits and `-._~` becomes `%XX`.
std::string percent_encode(std::string_view text);
std::string percent_decode(std::string_view text);

}  // namespace kahn::testing
