#include "view_options.hpp"

#include "terminal.hpp"
#include "usage_error.hpp"

#include <kahn/render/ci_view.hpp>
#include <kahn/render/live_view.hpp>
#include <kahn/render/plain_view.hpp>
#include <kahn/version.hpp>

#include "base/shell_quote.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace kahn::app {
namespace {

render::Speakers speakers_of(const std::string& log) {
    if (log == "group") return render::Speakers::nobody;
    if (log == "prefix") return render::Speakers::everybody;
    if (log == "none") return render::Speakers::silenced;
    return render::Speakers::oldest;
}

bool is_live(const ViewChoice& given) {
    const bool is_for_ci = given.ci != "auto" && given.ci != "none";
    return given.log == "live" || (given.log.empty() && !is_for_ci && is_capable_terminal(STDERR_FILENO));
}

/// A person at a terminal is no log viewer, whatever the variables say.
std::optional<render::Ci> ci_of(const ViewChoice& given) {
    if (given.ci != "auto") return render::parse_ci(given.ci);
    if (::isatty(STDERR_FILENO) == 1) return std::nullopt;
    return render::detect_ci(environment({"GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE"}));
}

void fill(render::PlainViewOptions& options, const ViewChoice& given, bool is_coloured, render::FindPastRuns past) {
    options.base = std::filesystem::current_path();
    options.speakers = speakers_of(given.log);
    options.is_coloured = is_coloured;
    options.lists_all = given.final_jobs == "all";
    options.past = std::move(past);
}

std::unique_ptr<render::View> live_view(const ViewChoice& given, bool is_coloured, render::FindPastRuns past) {
    render::LiveViewOptions options;
    options.base = std::filesystem::current_path();
    options.title = std::string("kahn ") + KAHN_VERSION;
    options.hint_options = given.hint_options;
    options.is_coloured = is_coloured;
    options.lists_all = given.final_jobs == "all";
    options.past = std::move(past);
    if (const auto size = window_size(STDERR_FILENO)) options.window = *size;
    return std::make_unique<render::LiveView>(std::move(options));
}

/// 128 bits of the kernel's, in hexadecimal.
std::string new_token() {
    std::array<unsigned char, 16> bytes;
    if (::getentropy(bytes.data(), bytes.size()) != 0) throw std::system_error(errno, std::generic_category(), "getentropy");
    std::string out;
    for (const unsigned char byte : bytes) {
        out += "0123456789abcdef"[byte >> 4U];
        out += "0123456789abcdef"[byte & 15U];
    }
    return out;
}

std::unique_ptr<render::View> ci_view(const ViewChoice& given, render::Ci ci, bool is_coloured, render::FindPastRuns past) {
    render::CiViewOptions options;
    fill(options, given, is_coloured, std::move(past));
    options.ci = ci;
    options.new_token = new_token;
    const auto known = environment({"GITHUB_WORKSPACE"});
    if (const auto checkout = known.find("GITHUB_WORKSPACE"); checkout != known.end()) options.repository = checkout->second;
    return std::make_unique<render::CiView>(std::move(options));
}

}  // namespace

void add_view_options(CLI::App& command, ViewArguments& given) {
    command.add_option("--log", given.log, "What jobs print: live (on a terminal: a view that changes), focus (one job at a time; the default elsewhere), "
                       "group (each whole at its end), prefix (all at once), none")->type_name("MODE");
    command.add_option("--ci", given.ci, "Fold what jobs print as a CI's log viewer does, and annotate: github, gitlab, buildkite, none, or auto (default: by "
                       "GITHUB_ACTIONS, GITLAB_CI, BUILDKITE)")->type_name("CI");
    command.add_option("--color", given.colour, "Colour of the view, and whether jobs are told to use colour: always, never, or auto (default)")->type_name("WHEN");
    command.add_option("--final", given.final_jobs, "What the end lists: failed (default), or all")->type_name("JOBS");
}

ViewChoice view_choice(const ViewArguments& given, const Settings& settings) {
    ViewChoice chosen;
    chosen.log = choice("--log", Setting::log, given.log, settings);
    chosen.ci = choice("--ci", Setting::ci, given.ci, settings);
    chosen.colour = choice("--color", Setting::color, given.colour, settings);
    chosen.final_jobs = choice("--final", Setting::final_jobs, given.final_jobs, settings);
    if (chosen.log != "live") return chosen;
    if (!given.log) {  // a setting is for all runs, on a terminal or not
        chosen.log.clear();
        return chosen;
    }
    if (given.ci && render::parse_ci(*given.ci)) throw UsageError("--log live is for a terminal, --ci " + *given.ci + " for a log: they exclude each other");
    if (!is_capable_terminal(STDERR_FILENO)) throw UsageError("--log live needs standard error to be a terminal");
    return chosen;
}

ChosenView make_view(const ViewChoice& given, render::FindPastRuns past) {
    ChosenView chosen;
    chosen.is_coloured = wants_colour(*render::parse_colour_mode(given.colour), STDERR_FILENO);
    if (is_live(given)) {
        chosen.view = live_view(given, chosen.is_coloured, std::move(past));
        chosen.terminal = STDERR_FILENO;
        return chosen;
    }
    chosen.ci = ci_of(given);
    if (chosen.ci) {
        chosen.view = ci_view(given, *chosen.ci, chosen.is_coloured, std::move(past));
        return chosen;
    }
    render::PlainViewOptions options;
    fill(options, given, chosen.is_coloured, std::move(past));
    chosen.view = std::make_unique<render::PlainView>(std::move(options));
    return chosen;
}

std::string workspace_hint(const std::string& directory, const std::optional<std::string>& given, const Settings& settings) {
    const bool is_found = directory.empty() && (!given || (*given == "." && !settings.is_set(Setting::workspace)));
    if (is_found) return {};
    const std::string workspace = settings.value(Setting::workspace, given);
    return " --workspace " + shell_quoted((std::filesystem::path(directory) / workspace).lexically_normal().native());
}

}  // namespace kahn::app
