#include "config/scalars.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace kahn::config {
namespace {

using std::chrono::milliseconds;

constexpr double longest_seconds = 30.0 * 24 * 3600;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// `010`, `0x10`: what some readers take for eight and sixteen.
std::optional<ScalarError> check_notation(std::string_view text) {
    if (text.size() < 2 || text[0] != '0') return std::nullopt;
    if (text[1] == 'x' || text[1] == 'X') return ScalarError{"is hexadecimal", "write a decimal number"};
    if (text[1] == 'o' || text[1] == 'O') return ScalarError{"is octal", "write a decimal number"};
    if (is_digit(text[1])) {
        const std::size_t first = std::min(text.find_first_not_of('0'), text.size() - 1);
        return ScalarError{"begins with 0 and looks octal",
                           "write " + printable(text.substr(first, 32)) + " if decimal was meant"};
    }
    return std::nullopt;
}

/// The digits with at most one point at the front of `text`, which are taken off.
std::optional<double> take_number(std::string_view& text, std::chars_format format) {
    if (text.empty() || (!is_digit(text[0]) && text[0] != '.')) return std::nullopt;
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, format);
    if (error == std::errc::invalid_argument || *(end - 1) == '.') return std::nullopt;
    if (error == std::errc::result_out_of_range) {
        // Too great or too small for a double; only the exponent's sign tells which.
        const std::string_view digits(text.data(), static_cast<std::size_t>(end - text.data()));
        number = digits.find('-') == std::string_view::npos ? std::numeric_limits<double>::infinity() : 0.0;
    }
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return number;
}

struct Unit {
    std::string_view name;
    double seconds;
};
constexpr std::array<Unit, 5> units{{{"d", 86400}, {"h", 3600}, {"m", 60}, {"s", 1}, {"ms", 0.001}}};

/// `1h30m`: every unit once, the greater first.
std::optional<double> seconds_with_units(std::string_view text) {
    double total = 0;
    std::size_t next_unit = 0;
    while (!text.empty()) {
        const std::optional<double> number = take_number(text, std::chars_format::fixed);
        if (!number) return std::nullopt;
        const std::string_view name = text.substr(0, std::min(text.find_first_of("0123456789."), text.size()));
        while (next_unit < units.size() && units[next_unit].name != name) ++next_unit;
        if (next_unit == units.size()) return std::nullopt;
        total += *number * units[next_unit++].seconds;
        text.remove_prefix(name.size());
    }
    return total;
}

std::optional<double> seconds_of(std::string_view text) {
    std::string_view rest = text;
    const std::optional<double> number = take_number(rest, std::chars_format::general);
    if (number && rest.empty()) return number;
    return text.empty() ? std::nullopt : seconds_with_units(text);
}

}  // namespace

std::variant<milliseconds, ScalarError> parse_duration(std::string_view text, milliseconds minimum) {
    const std::string help = "seconds (90, 0.5) or with units, the greater first: 90s, 10m, 1h30m, 2d, 500ms";
    if (std::optional<ScalarError> error = check_notation(text)) return *std::move(error);
    const bool is_negative = text.size() > 1 && text[0] == '-' && seconds_of(text.substr(1));
    const std::optional<double> seconds = is_negative ? -1.0 : seconds_of(text);
    if (!seconds) return ScalarError{"is no duration", help};
    if (*seconds > longest_seconds) return ScalarError{"is longer than 30 days", help};
    if (*seconds < 0) return ScalarError{"is negative", help};
    // Halves round up, so this is what would come to less than the minimum.
    if (*seconds * 1000 < static_cast<double>(minimum.count())) return ScalarError{"is shorter than 1 ms", help};
    return milliseconds(static_cast<milliseconds::rep>(std::llround(*seconds * 1000)));
}

std::string duration_text(milliseconds duration) {
    if (duration.count() % 1000 == 0) return std::to_string(duration.count() / 1000);
    return std::to_string(duration.count()) + "ms";
}

std::variant<int, ScalarError> parse_count(std::string_view text) {
    if (std::optional<ScalarError> error = check_notation(text)) return *std::move(error);
    const std::size_t sign = text.starts_with('-') ? 1 : 0;
    if (text.size() == sign || !std::all_of(text.begin() + static_cast<std::ptrdiff_t>(sign), text.end(), is_digit)) {
        return ScalarError{"is no whole number", "write a number such as 3, without quotes"};
    }
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || number < 0 || end != text.data() + text.size()) {
        return ScalarError{"is out of range", "from 0 to " + std::to_string(std::numeric_limits<int>::max())};
    }
    return number;
}

std::variant<bool, ScalarError> parse_flag(std::string_view text) {
    if (text == "true" || text == "True" || text == "TRUE") return true;
    if (text == "false" || text == "False" || text == "FALSE") return false;
    for (const std::string_view word : {"yes", "Yes", "YES", "on", "On", "ON", "y", "Y"}) {
        if (text == word) return ScalarError{"is neither true nor false", "write true"};
    }
    for (const std::string_view word : {"no", "No", "NO", "off", "Off", "OFF", "n", "N"}) {
        if (text == word) return ScalarError{"is neither true nor false", "write false"};
    }
    return ScalarError{"is neither true nor false", "write true or false, without quotes"};
}

}  // namespace kahn::config
