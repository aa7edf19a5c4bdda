#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kahn::remote {

/// What HTTP means by case and white space: ASCII alone, whatever the locale.
std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b) noexcept;
bool contains_ignoring_case(std::string_view text, std::string_view part);
std::string_view trim(std::string_view text) noexcept;

/// A whole decimal number without sign; nothing if it is none or does not fit.
std::optional<std::int64_t> parse_number(std::string_view text) noexcept;

}  // namespace kahn::remote
