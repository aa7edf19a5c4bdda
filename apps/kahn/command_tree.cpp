#include "command_tree.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace kahn::app {
namespace {

std::vector<OptionFacts> options_of(const CLI::App& app) {
    std::vector<OptionFacts> options;
    for (const CLI::Option* option : app.get_options()) {
        OptionFacts facts;
        facts.is_positional = option->get_positional();
        if (facts.is_positional) facts.names.push_back(option->get_single_name());
        for (const std::string& name : option->get_snames()) facts.names.push_back("-" + name);
        for (const std::string& name : option->get_lnames()) facts.names.push_back("--" + name);
        if (option->get_items_expected_max() > 0) facts.value = option->get_type_name().empty() ? "VALUE" : option->get_type_name();
        facts.description = option->get_description();
        options.push_back(std::move(facts));
    }
    return options;
}

std::vector<CommandFacts> commands_of(const CLI::App& app) {
    std::vector<CommandFacts> commands;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        CommandFacts facts;
        facts.name = command->get_name();
        facts.description = command->get_description();
        facts.footer = command->get_footer();
        facts.options = options_of(*command);
        facts.commands = commands_of(*command);
        commands.push_back(std::move(facts));
    }
    return commands;
}

}  // namespace

std::vector<OptionFacts> CommandFacts::all_options() const {
    std::vector<OptionFacts> all = options;
    for (const CommandFacts& command : commands) {
        for (const OptionFacts& option : command.options) {
            const auto is_same = [&option](const OptionFacts& known) { return known.names == option.names; };
            if (std::none_of(all.begin(), all.end(), is_same)) all.push_back(option);
        }
    }
    return all;
}

CommandTree describe(const CLI::App& app) {
    CommandTree tree;
    tree.description = app.get_description();
    tree.footer = app.get_footer();
    tree.options = options_of(app);
    tree.commands = commands_of(app);
    return tree;
}

}  // namespace kahn::app
