#include "engine/wrapped_command.hpp"

#include <kahn/base/error.hpp>

#include "base/shell_quote.hpp"
#include "model/expansion.hpp"

#include <utility>
#include <variant>

namespace kahn {
namespace {

constexpr std::string_view command_name = "KAHN_COMMAND";

}  // namespace

std::vector<std::string> wrap_command(const std::vector<std::string>& words, const std::string& command,
                                      const std::function<std::optional<std::string_view>(std::string_view)>& find,
                                      const std::string& where) {
    // dash takes a command that begins with a dash for an option.
    const std::string given = command.starts_with('-') || command.starts_with('+') ? " " + command : command;
    const std::string as_one_word = shell_quoted(given);
    bool is_placed = false;
    const auto look_up = [&](std::string_view name) -> std::optional<std::string_view> {
        if (name != command_name) return find(name);
        is_placed = true;
        return as_one_word;
    };
    std::vector<std::string> arguments;
    for (const std::string& word : words) {
        auto expanded = expand(word, look_up);
        if (const auto* bad = std::get_if<ExpansionError>(&expanded)) throw Error(Errc::invalid_config, where + ": " + bad->message);
        arguments.push_back(std::get<std::string>(std::move(expanded)));
    }
    if (is_placed) return arguments;
    for (const char* word : {"/bin/sh", "-c"}) arguments.emplace_back(word);
    arguments.push_back(given);
    return arguments;
}

}  // namespace kahn
