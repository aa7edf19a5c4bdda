#include "values.hpp"

#include "usage_error.hpp"

#include "base/text.hpp"
#include "config/scalars.hpp"
#include "model/name.hpp"

#include <algorithm>
#include <charconv>
#include <variant>

namespace kahn::app {

unsigned parse_workers(const std::string& text) {
    constexpr unsigned most = 1'000'000;
    unsigned number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number > most) {
        throw UsageError("-j wants a whole number from 0 (no limit) to " + std::to_string(most) + ", not '" + printable(text) + "'");
    }
    return number;
}

std::chrono::milliseconds parse_duration(std::string_view option, const std::string& text) {
    const auto parsed = config::parse_duration(text, std::chrono::milliseconds{0});
    if (const auto* wrong = std::get_if<config::ScalarError>(&parsed)) {
        throw UsageError(std::string(option) + " '" + printable(text) + "' " + wrong->message + (wrong->help.empty() ? "" : "; " + wrong->help));
    }
    return std::get<std::chrono::milliseconds>(parsed);
}

std::chrono::milliseconds parse_grace(const std::string& text) { return parse_duration("--grace", text); }

std::pair<std::string, std::string> parse_variable(const std::string& text) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    if (equals == std::string::npos) throw UsageError("--var wants NAME=value, not '" + printable(text) + "'");
    if (!is_variable_name(name)) {
        throw UsageError("--var '" + printable(name) + "': a name is letters, digits and underscores, and begins with no digit");
    }
    return {name, text.substr(equals + 1)};
}

std::string parse_secret_name(const std::string& text) {
    if (is_variable_name(text)) return text;
    const bool has_value = text.find('=') != std::string::npos;
    throw UsageError("--secret-env '" + printable(text.substr(0, text.find('='))) + "': " +
                     (has_value ? "it takes a name alone, the value comes from the environment"
                                : "a name is letters, digits and underscores, and begins with no digit"));
}

std::string require_one_of(std::string_view option, const std::string& text, std::span<const std::string> known) {
    if (std::find(known.begin(), known.end(), text) != known.end()) return text;
    std::string message = std::string(option) + " knows " + join(known, ", ") + ", not '" + printable(text) + "'";
    if (const auto guess = did_you_mean(text, known)) message += ". Did you mean '" + *guess + "'?";
    throw UsageError(message);
}

}  // namespace kahn::app
