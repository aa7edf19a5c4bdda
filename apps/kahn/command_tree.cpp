#include "command_tree.hpp"

#include <CLI/CLI.hpp>

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

}  // namespace

CommandTree describe(const CLI::App& app) {
    CommandTree tree;
    tree.description = app.get_description();
    tree.footer = app.get_footer();
    tree.options = options_of(app);
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        CommandFacts facts;
        facts.name = command->get_name();
        facts.description = command->get_description();
        facts.footer = command->get_footer();
        facts.options = options_of(*command);
        tree.commands.push_back(std::move(facts));
    }
    return tree;
}

}  // namespace kahn::app
