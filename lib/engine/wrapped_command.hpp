#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn {

/// What a command of a job with `executor: {wrap: [...]}` is executed as: the words, each with its `${NAME}` expanded, then
/// `/bin/sh -c COMMAND`. Where a word has `${KAHN_COMMAND}`, that is the command, quoted as one word of a shell, and nothing is added:
/// for what joins its arguments to a line for another shell, such as ssh.
/// \param where for messages
/// \throws Error (invalid_config) for a `${NAME}` that is not defined
std::vector<std::string> wrap_command(const std::vector<std::string>& words, const std::string& command,
                                      const std::function<std::optional<std::string_view>(std::string_view)>& find,
                                      const std::string& where);

}  // namespace kahn
