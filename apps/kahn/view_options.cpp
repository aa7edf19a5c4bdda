#include "view_options.hpp"

#include "terminal.hpp"
#include "usage_error.hpp"
#include "values.hpp"

#include <kahn/render/live_view.hpp>
#include <kahn/render/plain_view.hpp>
#include <kahn/version.hpp>

#include "base/shell_quote.hpp"

#include <CLI/CLI.hpp>

#include <unistd.h>

#include <filesystem>
#include <vector>

namespace kahn::app {
namespace {

render::Speakers speakers_of(const std::string& log) {
    if (log == "group") return render::Speakers::nobody;
    if (log == "prefix") return render::Speakers::everybody;
    if (log == "none") return render::Speakers::silenced;
    return render::Speakers::oldest;
}

}  // namespace

void add_view_options(CLI::App& command, ViewArguments& given) {
    command.add_option("--log", given.log, "What jobs print: live (on a terminal: a view that changes), focus (one job at a time; the default elsewhere), "
                       "group (each whole at its end), prefix (all at once), none")->type_name("MODE");
    command.add_option("--color", given.colour, "Colour of the live view, and whether jobs are told to use colour: always, never, or auto (default)")->type_name("WHEN");
    command.add_option("--final", given.final_jobs, "What a live view lists at the end: failed (default), or all")->type_name("JOBS");
}

void check_view_options(const ViewArguments& given) {
    if (!given.log.empty()) require_one_of("--log", given.log, std::vector<std::string>{"focus", "group", "prefix", "live", "none"});
    require_one_of("--color", given.colour, std::vector<std::string>{"auto", "always", "never"});
    require_one_of("--final", given.final_jobs, std::vector<std::string>{"failed", "all"});
    if (given.log == "live" && !is_capable_terminal(STDERR_FILENO)) throw UsageError("--log live needs standard error to be a terminal");
}

ChosenView make_view(const ViewArguments& given) {
    ChosenView chosen;
    if (given.log == "live" || (given.log.empty() && is_capable_terminal(STDERR_FILENO))) {
        render::LiveViewOptions options;
        options.base = std::filesystem::current_path();
        options.title = std::string("kahn ") + KAHN_VERSION;
        options.hint_options = given.hint_options;
        options.is_coloured = wants_colour(*render::parse_colour_mode(given.colour), STDERR_FILENO);
        options.lists_all = given.final_jobs == "all";
        chosen.is_coloured = options.is_coloured;
        chosen.terminal = STDERR_FILENO;
        if (const auto size = window_size(STDERR_FILENO)) options.window = *size;
        chosen.view = std::make_unique<render::LiveView>(std::move(options));
        return chosen;
    }
    render::PlainViewOptions options;
    options.base = std::filesystem::current_path();
    options.speakers = speakers_of(given.log);
    chosen.is_coloured = wants_colour(*render::parse_colour_mode(given.colour), STDERR_FILENO);
    chosen.view = std::make_unique<render::PlainView>(std::move(options));
    return chosen;
}

std::string workspace_hint(const std::string& directory, const std::string& workspace) {
    if (directory.empty() && workspace == ".") return {};
    return " --workspace " + shell_quoted((std::filesystem::path(directory) / workspace).lexically_normal().native());
}

}  // namespace kahn::app
