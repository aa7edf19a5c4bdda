#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <variant>

namespace kahn::config {

/// What is wrong with a scalar's text, as the end of a sentence: "'timeout' of job 'a' ...".
struct ScalarError {
    std::string message;
    std::string help;
};

/// Seconds (`90`, `0.5`, `1e3`), or numbers with units, the greater first: `90s`, `1h30m`, `2d`, `500ms`.
/// The range is checked before anything is cast; the result is rounded to milliseconds.
/// \param minimum the least that is allowed; the most is 30 days
std::variant<std::chrono::milliseconds, ScalarError> parse_duration(std::string_view text,
                                                                    std::chrono::milliseconds minimum);

/// `3600` or `1500ms`: the shortest that parse_duration() reads back.
std::string duration_text(std::chrono::milliseconds duration);

/// A decimal whole number from 0 to the greatest int.
std::variant<int, ScalarError> parse_count(std::string_view text);

/// `true` or `false` as YAML 1.2 has them.
std::variant<bool, ScalarError> parse_flag(std::string_view text);

}  // namespace kahn::config
