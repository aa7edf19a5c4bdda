#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "usage_error.hpp"

#include <CLI/CLI.hpp>

#include <memory>

namespace kahn::app {
namespace {

int help(const CLI::App& app, const std::string& word, Console& console) {
    if (word.empty()) {
        console.out.write(app.help());
        return exit_success;
    }
    std::vector<std::string> known;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_name() == word) {
            console.out.write(command->help(app.get_name()));
            return exit_success;
        }
        known.push_back(command->get_name());
    }
    throw UsageError(unknown("command", word, known));
}

}  // namespace

void add_help(CLI::App& app, Action& chosen) {
    const auto word = std::make_shared<std::string>();
    CLI::App* const command = app.add_subcommand("help", "Explain a command");
    command->add_option("COMMAND", *word, "Which one")->type_name("");
    command->callback([word, &app, &chosen] {
        chosen = [word, &app](Console& console) {
            app.clear();  // else its help would be that of `help`
            return help(app, *word, console);
        };
    });
}

}  // namespace kahn::app
