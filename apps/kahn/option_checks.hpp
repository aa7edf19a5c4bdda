#pragma once

#include "base/text.hpp"

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <system_error>

namespace kahn::app {

// For CLI::Option::check(): what is wrong with a value, or nothing.

/// A script that passes "$UNSET" must not switch a guard off.
inline std::string not_empty(const std::string& value) { return value.empty() ? "needs a value" : ""; }

inline std::string check_number(const std::string& text, std::int64_t first, std::int64_t last) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error == std::errc() && end == text.data() + text.size() && number >= first && number <= last) return {};
    const std::string range = last == std::numeric_limits<std::int64_t>::max() ? "" : " to " + std::to_string(last);
    return "wants a whole number from " + std::to_string(first) + range + ", not '" + printable(text) + "'";
}

/// Of a run or a job on GitHub.
inline std::string id_number(const std::string& text) { return check_number(text, 1, std::numeric_limits<std::int64_t>::max()); }

inline std::string number_from_1_to_1000(const std::string& text) { return check_number(text, 1, 1000); }

}  // namespace kahn::app
