#pragma once

#include "process/launcher.hpp"

#include <memory>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::process {

/// A command of a pipeline file as a program to start, or what a shell would have said in its place.
struct PreparedCommand {
    PreparedCommand() = default;

    LaunchRequest request;
    bool is_direct = false;  ///< no shell is involved
    int exit_code = 0;       ///< 126 or 127: there is nothing to start, see `message`
    std::string message;
    std::string refusal;  ///< not empty: it cannot be started as it is
};
static_assert(!std::is_aggregate_v<PreparedCommand>);

/// Looks up what the command needs. A command without shell syntax becomes the program itself, any other `/bin/sh -c`.
PreparedCommand prepare_command(const std::string& command, std::shared_ptr<const std::vector<std::string>> environment,
                                const std::string& working_directory);

/// Looks up the program of a command that is given as its arguments, which no shell reads.
PreparedCommand prepare_arguments(std::vector<std::string> arguments, std::shared_ptr<const std::vector<std::string>> environment,
                                  const std::string& working_directory);

/// The same program as a script without `#!`, which execve does not run and shells do (ENOEXEC).
LaunchRequest as_script(const LaunchRequest& request);

/// Why the kernel would not take these strings (E2BIG), with the name of what is too long; empty if it does.
std::string what_is_too_long(const std::vector<std::string>& arguments, const std::vector<std::string>& environment);

}  // namespace kahn::process
