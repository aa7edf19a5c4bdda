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

std::vector<std::string> names_of(const std::vector<CommandFacts>& commands) {
    std::vector<std::string> words;
    for (const CommandFacts& command : commands) words.push_back(command.name);
    return words;
}

/// The commands that can stand after a command: its own, or any after `help`.
std::vector<std::string> words_after(const CommandTree& tree, const CommandFacts& command) {
    return names_of(command.name == "help" ? tree.commands : command.commands);
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
        "    local current=${COMP_WORDS[COMP_CWORD]} command= commands= options= i\n"
        "    for ((i = 1; i < COMP_CWORD; i++)); do\n"
        "        case ${COMP_WORDS[i]} in -*) ;; *) command=${COMP_WORDS[i]}; break ;; esac\n"
        "    done\n"
        "    case $command in\n";
    for (const CommandFacts& command : tree.commands) {
        out += "        " + command.name + ") commands=" + quoted(join(words_after(tree, command), " ")) +
               " options=" + quoted(join(option_words(command.all_options()), " ")) + " ;;\n";
    }
    out += "        '') commands=" + quoted(join(names_of(tree.commands), " ")) + " options=" +
           quoted(join(option_words(tree.options), " ")) +
           " ;;\n"
           "    esac\n"
           "    if [[ $current == -* ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
           "    elif [[ -n $commands && (-z $command || ${COMP_WORDS[COMP_CWORD - 1]} == \"$command\") ]]; then\n"
           "        mapfile -t COMPREPLY < <(compgen -W \"$commands\" -- \"$current\")\n"
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
        for (const OptionFacts& option : command.all_options()) {
            if (option.is_positional) continue;
            for (const std::string& name : option.names) {
                const std::string value = option.value.empty() ? "" : ":" + option.value + ":_files";
                out += " \\\n                " + quoted("*" + name + "[") + quoted(option.description, "[]:\\") + quoted("]" + value);
            }
        }
        const std::string own = join(names_of(command.commands), " ");
        if (!own.empty()) out += " \\\n                '1:command:(" + own + ")'";
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
        for (const OptionFacts& option : command.all_options()) option_line("__fish_seen_subcommand_from " + command.name, option);
        const auto words = words_after(tree, command);
        if (words.empty()) continue;
        out += "complete -c kahn -f -n '__fish_seen_subcommand_from " + command.name + "' -a " + quoted(join(words, " ")) + "\n";
    }
    return out;
}

}  // namespace kahn::app
