#include "command.hpp"
#include "exit_code.hpp"
#include "output.hpp"

#include <kahn/version.hpp>

#include <CLI/CLI.hpp>

namespace kahn::app {

void add_version(CLI::App& app, Action& chosen) {
    CLI::App* const command = app.add_subcommand("version", "Print the version");
    command->callback([&chosen] {
        chosen = [](Console& console) {
            console.out.write("kahn " KAHN_VERSION "\n");
            return static_cast<int>(exit_success);
        };
    });
}

}  // namespace kahn::app
