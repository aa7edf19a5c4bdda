#pragma once

#include <spawn.h>
#include <sys/types.h>

#include <string>
#include <vector>

namespace kahn::app {

/// Starts a program of kahn's own use, with no signal blocked, whatever is here. Jobs are started by the engine instead.
/// \param program found by PATH unless it has a slash
/// \param words   its arguments, its own name first
/// \return 0, else the errno
int spawn(pid_t& pid, const char* program, std::vector<std::string> words, const posix_spawn_file_actions_t* actions = nullptr);

}  // namespace kahn::app
