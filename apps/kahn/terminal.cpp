#include "terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace kahn::app {

std::map<std::string, std::string, std::less<>> environment(std::initializer_list<const char*> names) {
    std::map<std::string, std::string, std::less<>> found;
    for (const char* const name : names) {
        if (const char* const value = std::getenv(name)) found.emplace(name, value);
    }
    return found;
}

bool is_capable_terminal(int fd) {
    const char* const term = std::getenv("TERM");
    return ::isatty(fd) == 1 && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
}

std::optional<render::WindowSize> window_size(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) return std::nullopt;
    return render::WindowSize(size.ws_col, size.ws_row);
}

bool wants_colour(render::ColourMode option, int fd) {
    return render::is_coloured(option,
                               environment({"KAHN_COLOR", "NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "TERM", "GITHUB_ACTIONS",
                                            "GITLAB_CI", "BUILDKITE"}),
                               ::isatty(fd) == 1);
}

void tell_children_of_colour() {
    // In kahn's own environment, not in the jobs': what a job declares goes over it, and no digest knows of it.
    for (const char* const name : {"FORCE_COLOR", "CLICOLOR_FORCE"}) ::setenv(name, "1", 0);
}

}  // namespace kahn::app
