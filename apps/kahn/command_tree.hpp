#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace kahn::app {

/// One option, or one positional argument, of a command.
struct OptionFacts {
    std::vector<std::string> names;  ///< `-j`, `--workers`; of a positional argument its name
    std::string value;               ///< what it takes; empty: nothing
    std::string description;
    bool is_positional = false;
};

struct CommandFacts {
    std::string name;
    std::string description;
    std::string footer;
    std::vector<OptionFacts> options;
    std::vector<CommandFacts> commands;  ///< of its own: `kahn remote trigger`

    /// Its own options and those of its commands, each once.
    std::vector<OptionFacts> all_options() const;
};

/// What the command line consists of: completions and the man page are made from this and nothing else.
struct CommandTree {
    std::string description;
    std::string footer;
    std::vector<OptionFacts> options;  ///< of the program itself
    std::vector<CommandFacts> commands;
};

CommandTree describe(const CLI::App& app);

}  // namespace kahn::app
