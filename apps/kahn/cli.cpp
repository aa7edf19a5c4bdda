#include "cli.hpp"

#include <kahn/model/diagnostic.hpp>
#include <kahn/render/diagnostics.hpp>
#include <kahn/version.hpp>

#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "usage_error.hpp"

#include "base/text.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

namespace kahn::app {
namespace {

struct Command {
    std::string_view name;
    AddCommand add;
};

/// In the order of the help.
constexpr std::array commands = std::to_array<Command>({
    {"run", &add_run}, {"watch", &add_watch}, {"init", &add_init}, {"validate", &add_validate},
    {"explain", &add_explain}, {"plan", &add_plan}, {"graph", &add_graph}, {"list", &add_list}, {"runs", &add_runs},
    {"logs", &add_logs}, {"rerun", &add_rerun}, {"cancel", &add_cancel}, {"report", &add_report},
    {"health", &add_health}, {"stats", &add_stats}, {"remote", &add_remote}, {"export", &add_export},
    {"doctor", &add_doctor}, {"config", &add_config}, {"schema", &add_schema}, {"completions", &add_completions}, {"version", &add_version},
    {"help", &add_help},
});

/// All commands, or the one that is asked for if it needs to know of no other: to describe the options of them all takes
/// longer than many a command.
void add_commands(CLI::App& app, const std::string& wanted, Action& chosen) {
    const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& one) { return one.name == wanted; });
    const bool looks_at_others = wanted == "help" || wanted == "completions";
    if (found != commands.end() && !looks_at_others) return found->add(app, chosen);
    if (wanted == "--version") return;
    for (const Command& one : commands) one.add(app, chosen);
}

std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) names.push_back(command->get_name());
    return names;
}

/// The innermost: `trigger` of `kahn remote trigger`.
const CLI::App& selected(const CLI::App& app) {
    const CLI::App* command = &app;
    for (auto given = app.get_subcommands(); !given.empty(); given = command->get_subcommands()) command = given.back();
    return *command;
}

std::vector<std::string> option_names(const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::Option* option : command.get_options()) {
        for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
        for (const std::string& name : option->get_snames()) names.push_back("-" + name);
    }
    return names;
}

bool looks_like_an_option(const std::string& word) { return word.size() > 1 && word[0] == '-'; }

/// The first word that nothing on the command line takes, if there is one: that is worse than whatever else is wrong.
void complain_about_leftovers(const CLI::App& app) {
    const auto words = app.remaining(true);
    if (words.empty()) return;
    const auto option = std::find_if(words.begin(), words.end(), looks_like_an_option);
    if (option == words.end()) {
        const auto commands_there = command_names(selected(app));
        if (!commands_there.empty()) throw UsageError(unknown("command", words.front(), commands_there));
        throw UsageError("unexpected argument '" + printable(words.front()) + "'");
    }
    constexpr std::size_t one_letter = 2;  // any other one is as near to it as the next
    const auto known = option->size() > one_letter ? option_names(selected(app)) : std::vector<std::string>();
    throw UsageError(unknown("option", option->substr(0, option->find('=')), known));
}

/// What CLI11 says, in the words of a person.
std::string plain_words(const CLI::ParseError& failure, const CLI::App& app) {
    const std::string text = failure.what();
    const std::string about = text.substr(0, text.find(':'));
    if (dynamic_cast<const CLI::ArgumentMismatch*>(&failure) != nullptr) {
        if (text.find("At Most 1 required") != std::string::npos) return about + " can be given only once";
        if (text.find(" missing") != std::string::npos) return about + " needs a value";
    }
    if (const auto equals = text.find(" = "); dynamic_cast<const CLI::ConversionError*>(&failure) != nullptr && equals != std::string::npos) {
        const auto name = text.rfind(' ', equals - 1) + 1;  // "Could not convert: --dry-run = x"
        return text.substr(name, equals - name) + " cannot be '" + text.substr(equals + 3) + "': it is given without a value, or left out";
    }
    const bool wants_command = dynamic_cast<const CLI::RequiredError*>(&failure) != nullptr && text == "A subcommand is required";
    return wants_command ? "one of these commands is required: " + join(command_names(selected(app)), ", ") : text;
}

std::string how_to_learn_more(const CLI::App& app) {
    std::string names;
    for (const CLI::App* command = &selected(app); command->get_parent() != nullptr; command = command->get_parent()) {
        names = command->get_name() + ' ' + names;
    }
    return "see: kahn " + names + "--help";
}

/// \throws UsageError; CLI::Success for what asks for no more than a text
void parse(CLI::App& app, std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants it
    try {
        app.parse(std::move(arguments));
    } catch (const CLI::Success&) {
        throw;
    } catch (const CLI::ParseError& failure) {
        complain_about_leftovers(app);
        throw UsageError(printable(plain_words(failure, app)));
    }
}

int parse_and_run(CLI::App& app, std::vector<std::string> arguments, Action& chosen, Console& console) {
    const auto known = command_names(app);
    if (!arguments.empty() && !looks_like_an_option(arguments[0]) &&
        std::find(known.begin(), known.end(), arguments[0]) == known.end()) {
        throw UsageError(unknown("command", arguments[0], known));
    }
    try {
        parse(app, std::move(arguments));
    } catch (const CLI::Success& wanted) {  // help or version
        std::ostringstream text;
        app.exit(wanted, text, text);
        console.out.write(text.str());
        return exit_success;
    }
    if (!chosen) {
        console.err.write(app.help());
        return exit_usage;
    }
    return chosen(console);
}

}  // namespace

void check_command_line(std::vector<std::string> arguments) {
    CLI::App app("", "kahn");
    Action chosen;
    add_commands(app, arguments.empty() ? std::string() : arguments[0], chosen);
    try {
        parse(app, std::move(arguments));
    } catch (const CLI::Success&) {
        throw UsageError("--help cannot be among the options of each run");
    }
}

int run_command_line(std::vector<std::string> arguments, Console& console) {
    CLI::App app("Runs pipelines on this machine, as fast as it allows.", "kahn");
    Action chosen;
    app.set_version_flag("--version", "kahn " KAHN_VERSION, "Print the version");
    app.set_help_flag("-h,--help", "Print this help");
    app.get_formatter()->column_width(34);
    app.get_formatter()->label("OPTIONS", "options");
    app.get_formatter()->label("SUBCOMMAND", "command");
    app.footer(
        "Examples:\n"
        "  kahn run ci.yaml            run a pipeline\n"
        "  kahn validate ci.yaml       check the file, run nothing\n"
        "  kahn plan ci.yaml           show what would run when\n"
        "  kahn help run               all about one command\n\n"
        "Exit status: 0 success, 1 a job failed, 2 wrong usage, 3 bad pipeline file, 4 nothing to run,\n"
        "remote: 5 not permitted, 6 the network or the server failed, 8 still running,\n"
        "70 internal error, 74 output not written, 124 timeout, 128 + n ended by signal n");
    app.require_subcommand(0, 1);  // else the name of a command would not be an argument of another: kahn help run
    add_commands(app, arguments.empty() ? std::string() : arguments[0], chosen);
    for (CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; })) command->group("Commands");

    try {
        return parse_and_run(app, std::move(arguments), chosen, console);
    } catch (const UsageError& wrong) {
        console.complain(std::string(wrong.what()) + "\n" + how_to_learn_more(app));
        return exit_usage;
    } catch (const ConfigError& wrong) {
        console.err.write(render::to_text(wrong.diagnostics(), wrong.file(), wrong.source()));
        return exit_bad_config;
    } catch (const Error& failure) {
        console.complain(printable(failure.what()));
        return exit_code(failure);
    }
}

}  // namespace kahn::app
