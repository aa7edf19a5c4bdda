#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"

#include <kahn/config/schema.hpp>

#include <CLI/CLI.hpp>

namespace kahn::app {

void add_schema(CLI::App& app, Action& chosen) {
    CLI::App* const command = app.add_subcommand("schema", "Print the JSON Schema of pipeline files, for editors");
    command->footer("Examples:\n  kahn schema > kahn.schema.json\n"
                    "  # yaml-language-server: $schema=kahn.schema.json      as the first line of a pipeline file");
    command->callback([&chosen] {
        chosen = [](Console& console) {
            console.out.write(config::json_schema());
            return static_cast<int>(exit_success);
        };
    });
}

}  // namespace kahn::app
