#include "spawn.hpp"

#include <signal.h>
#include <unistd.h>

namespace kahn::app {

int spawn(pid_t& pid, const char* program, std::vector<std::string> words, const posix_spawn_file_actions_t* actions) {
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);

    posix_spawnattr_t attributes;
    sigset_t none;
    ::posix_spawnattr_init(&attributes);
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes, &none);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    const int error = ::posix_spawnp(&pid, program, actions, &attributes, argv.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    return error;
}

}  // namespace kahn::app
