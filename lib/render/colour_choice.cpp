#include <kahn/render/colour_choice.hpp>

namespace kahn::render {

std::optional<ColourMode> parse_colour_mode(std::string_view word) noexcept {
    if (word == "auto") return ColourMode::automatic;
    if (word == "always") return ColourMode::always;
    if (word == "never") return ColourMode::never;
    return std::nullopt;
}

bool is_coloured(ColourMode option, const std::map<std::string, std::string, std::less<>>& environment, bool is_terminal) {
    const auto value = [&](std::string_view name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::string_view() : std::string_view(found->second);
    };
    const auto is_forced = [&](std::string_view name) { return !value(name).empty() && value(name) != "0"; };

    if (option == ColourMode::automatic) option = parse_colour_mode(value("KAHN_COLOR")).value_or(ColourMode::automatic);
    if (option != ColourMode::automatic) return option == ColourMode::always;
    if (!value("NO_COLOR").empty()) return false;
    if (is_forced("FORCE_COLOR") || is_forced("CLICOLOR_FORCE")) return true;
    if (value("CLICOLOR") == "0") return false;
    if (value("TERM").empty() || value("TERM") == "dumb") return false;
    return is_terminal || is_forced("GITHUB_ACTIONS") || is_forced("GITLAB_CI") || is_forced("BUILDKITE");
}

}  // namespace kahn::render
