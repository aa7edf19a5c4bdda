#pragma once

#include <string>
#include <vector>

namespace kahn::app {

struct Console;

/// Does what the arguments say, without the program's name. \return the exit status
int run_command_line(std::vector<std::string> arguments, Console& console);

/// Whether `kahn ARGUMENTS` could be understood, without doing it. \throws UsageError
void check_command_line(std::vector<std::string> arguments);

}  // namespace kahn::app
