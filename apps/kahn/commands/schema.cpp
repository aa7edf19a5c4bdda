#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "settings_schema.hpp"
#include "values.hpp"

#include <kahn/config/schema.hpp>

#include <CLI/CLI.hpp>

#include <memory>
#include <string>
#include <vector>

namespace kahn::app {

void add_schema(CLI::App& app, Action& chosen) {
    const auto what = std::make_shared<std::string>("pipeline");
    CLI::App* const command = app.add_subcommand("schema", "Print the JSON Schema of pipeline files, or of settings, for editors");
    command->add_option("WHAT", *what, "pipeline (default) or config")->type_name("");
    command->footer("Examples:\n  kahn schema > kahn.schema.json\n"
                    "  # yaml-language-server: $schema=kahn.schema.json      as the first line of a pipeline file\n"
                    "  kahn schema config > kahn-settings.schema.json");
    command->callback([what, &chosen] {
        chosen = [what](Console& console) {
            const std::string wanted = require_one_of("WHAT", *what, std::vector<std::string>{"pipeline", "config"});
            console.out.write(wanted == "config" ? settings_schema() : config::json_schema());
            return static_cast<int>(exit_success);
        };
    });
}

}  // namespace kahn::app
