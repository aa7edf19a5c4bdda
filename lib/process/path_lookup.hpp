#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn::process {

/// Where a program is, or why it cannot be run.
struct ProgramLookup {
    ProgramLookup() = default;

    std::string path;     ///< for execve, after chdir to the working directory; empty if there is none
    int exit_code = 0;    ///< what a shell would exit with: 127 (not found), 126 (found, and not executable)
    std::string message;  ///< `cmake: not found in PATH`
};
static_assert(!std::is_aggregate_v<ProgramLookup>);

/// Looks for a program as a shell does: a name with a slash as it is, any other in the PATH of `environment`.
/// \param working_directory what relative paths and relative parts of PATH are relative to
ProgramLookup find_program(std::string_view name, const std::vector<std::string>& environment,
                           std::string_view working_directory);

/// What a shell makes of a failed execve: 127 for a missing file or interpreter, 126 for anything else.
ProgramLookup describe_exec_failure(std::string_view path, int error);

}  // namespace kahn::process
