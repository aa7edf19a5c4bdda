#include "command.hpp"
#include "completions.hpp"
#include "exit_code.hpp"
#include "output.hpp"
#include "values.hpp"

#include <kahn/version.hpp>

#include <CLI/CLI.hpp>

#include <memory>

namespace kahn::app {

void add_completions(CLI::App& app, Action& chosen) {
    const auto shell = std::make_shared<std::string>();
    CLI::App* const command = app.add_subcommand("completions", "Print a shell's completion script, or the man page");
    command->add_option("SHELL", *shell, "bash, zsh, fish, or man")->required()->type_name("");
    command->footer("Examples:\n  source <(kahn completions bash)\n  kahn completions fish | source\n  kahn completions man > kahn.1");
    command->callback([shell, &app, &chosen] {
        chosen = [shell, &app](Console& console) {
            const std::vector<std::string> known{"bash", "zsh", "fish", "man"};
            const std::string wanted = require_one_of("SHELL", *shell, known);
            const CommandTree tree = describe(app);
            console.out.write(wanted == "bash"   ? bash_completions(tree)
                              : wanted == "zsh"  ? zsh_completions(tree)
                              : wanted == "fish" ? fish_completions(tree)
                                                 : man_page(tree, KAHN_VERSION));
            return static_cast<int>(exit_success);
        };
    });
}

}  // namespace kahn::app
