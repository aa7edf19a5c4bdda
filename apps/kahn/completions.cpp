#include "completions.hpp"

#include "base/text.hpp"

#include <string_view>

namespace kahn::app {
namespace {

/// Every name of every option, `help` and the like included.
std::vector<std::string> option_words(const std::vector<OptionFacts>& options) {
    std::vector<std::string> words;
    for (const OptionFacts& option : options) {
        if (!option.is_positional) words.insert(words.end(), option.names.begin(), option.names.end());
    }
    return words;
}

std::vector<std::string> command_words(const CommandTree& tree) {
    std::vector<std::string> words;
    for (const CommandFacts& command : tree.commands) words.push_back(command.name);
    return words;
}

/// In single quotes for a shell. \param escaped further characters that want a backslash before them
std::string quoted(std::string_view text, std::string_view escaped = {}) {
    std::string out = "'";
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
            continue;
        }
        if (escaped.find(c) != std::string_view::npos) out += '\\';
        out += c;
    }
    return out += '\'';
}

}  // namespace

std::string bash_completions(const CommandTree& tree) {
    std::string out =
        "# bash completion for kahn. Load it with: source <(kahn completions bash)\n"
        "_kahn() {\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} command= words= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac\n"
        "    done\n"
        "    case $command in\n";
    for (const CommandFacts& command : tree.commands) {
        auto words = option_words(command.options);
        if (command.name == "help") words = command_words(tree);
        out += "        " + command.name + ") words=" + quoted(join(words, " ")) + " ;;\n";
    }
    auto top = command_words(tree);
    const auto options = option_words(tree.options);
    top.insert(top.end(), options.begin(), options.end());
    out += "        '') words=" + quoted(join(top, " ")) +
           " ;;\n"
           "    esac\n"
           "    if [[ $current == -* || -z $command || $command == help ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
           "    else\n"
           "        compopt -o filenames 2>/dev/null\n"
           "        mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
           "    fi\n"
           "}\n"
           "complete -F _kahn kahn\n";
    return out;
}

std::string zsh_completions(const CommandTree& tree) {
    std::string out =
        "#compdef kahn\n"
        "# zsh completion for kahn. Load it with: source <(kahn completions zsh)\n"
        "_kahn() {\n"
        "    local -a commands\n"
        "    commands=(\n";
    for (const CommandFacts& command : tree.commands) {
        out += "        " + quoted(command.name + ":" + command.description) + "\n";
    }
    out += "    )\n"
           "    if (( CURRENT == 2 )); then\n"
           "        _describe command commands\n"
           "        return\n"
           "    fi\n"
           "    case $words[2] in\n";
    for (const CommandFacts& command : tree.commands) {
        out += "        " + command.name + ")\n";
        if (command.name == "help") {
            out += "            _describe command commands ;;\n";
            continue;
        }
        out += "            _arguments -s";
        for (const OptionFacts& option : command.options) {
            if (option.is_positional) continue;
            for (const std::string& name : option.names) {
                const std::string value = option.value.empty() ? "" : ":" + option.value + ":_files";
                out += " \\\n                " + quoted("*" + name + "[") + quoted(option.description, "[]:\\") + quoted("]" + value);
            }
        }
        out += " \\\n                '*:file:_files' ;;\n";
    }
    out += "    esac\n"
           "}\n"
           "compdef _kahn kahn\n";
    return out;
}

std::string fish_completions(const CommandTree& tree) {
    std::string out = "# fish completion for kahn. Load it with: kahn completions fish | source\n";
    const auto option_line = [&out](const std::string& condition, const OptionFacts& option) {
        if (option.is_positional) return;
        out += "complete -c kahn -n " + quoted(condition, "\\");
        for (const std::string& name : option.names) out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
        if (!option.value.empty()) out += " -r";
        out += " -d " + quoted(option.description, "\\") + "\n";
    };
    for (const CommandFacts& command : tree.commands) {
        out += "complete -c kahn -f -n __fish_use_subcommand -a " + command.name + " -d " + quoted(command.description, "\\") + "\n";
    }
    for (const OptionFacts& option : tree.options) option_line("__fish_use_subcommand", option);
    for (const CommandFacts& command : tree.commands) {
        for (const OptionFacts& option : command.options) option_line("__fish_seen_subcommand_from " + command.name, option);
    }
    out += "complete -c kahn -f -n '__fish_seen_subcommand_from help' -a " + quoted(join(command_words(tree), " ")) + "\n";
    return out;
}

}  // namespace kahn::app
