#include "process/command_line.hpp"

#include <algorithm>
#include <iterator>

namespace kahn::process {
namespace {

bool is_blank(char c) noexcept { return c == ' ' || c == '\t'; }

/// Characters that mean themselves to every shell, wherever they stand. A list of what is allowed, since a list of what is
/// special is never complete.
bool is_plain(char c) noexcept {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    const bool is_digit = c >= '0' && c <= '9';
    return is_letter || is_digit || std::string_view("_-./:,+@%=").find(c) != std::string_view::npos;
}

// POSIX special and regular builtins, reserved words, and what dash, bash, ksh and zsh have beyond them. Sorted.
constexpr std::string_view shell_words[] = {
    ".", ":", "alias", "autoload", "bg", "bind", "break", "builtin", "caller", "case", "cd", "chdir", "command",
    "compgen", "complete", "compopt", "continue", "coproc", "declare", "dirs", "disown", "do", "done", "echo", "elif",
    "else", "enable", "esac", "eval", "exec", "exit", "export", "false", "fc", "fg", "fi", "for", "foreach",
    "function", "getopts", "hash", "help", "history", "if", "in", "integer", "jobs", "kill", "let", "limit", "local",
    "logout", "mapfile", "newgrp", "nocorrect", "noglob", "popd", "print", "printf", "pushd", "pwd", "read",
    "readarray", "readonly", "repeat", "return", "select", "set", "shift", "shopt", "source", "suspend", "test",
    "then", "time", "times", "trap", "true", "type", "typeset", "ulimit", "umask", "unalias", "unlimit", "unset",
    "until", "wait", "whence", "while"};
static_assert(std::is_sorted(std::begin(shell_words), std::end(shell_words)));

}  // namespace

std::optional<std::vector<std::string>> split_plain_command(std::string_view command) {
    std::vector<std::string> words;
    bool is_inside = false;
    for (const char c : command) {
        if (is_blank(c)) {
            is_inside = false;
            continue;
        }
        if (!is_plain(c)) return std::nullopt;
        if (!is_inside) words.emplace_back();
        is_inside = true;
        words.back() += c;
    }
    if (words.empty()) return std::nullopt;
    const std::string& program = words.front();
    if (program.find('=') != std::string::npos) return std::nullopt;  // an assignment
    if (std::binary_search(std::begin(shell_words), std::end(shell_words), std::string_view(program))) return std::nullopt;
    return words;
}

}  // namespace kahn::process
