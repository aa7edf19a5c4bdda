#include "cli.hpp"
#include "exit_code.hpp"
#include "output.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

namespace {

/// Makes sure that no file opened later becomes standard input, output or error. What was closed stays unusable for writing.
void occupy_standard_streams() {
    for (int fd = ::open("/dev/null", O_RDONLY); fd >= 0; fd = ::open("/dev/null", O_RDONLY)) {
        if (fd > STDERR_FILENO) {
            ::close(fd);
            return;
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    using namespace kahn::app;
    occupy_standard_streams();
    std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of write(), not the end of a run
    Console console;
    int status = exit_internal;
    try {
        status = run_command_line(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), console);
    } catch (const std::exception& failure) {
        console.complain(std::string("internal error: ") + failure.what());
    }
    console.out.flush();
    if (console.out.was_too_slow()) console.complain("standard output: its reader took nothing for 5 s; the rest is lost");
    if (console.out.has_failed()) {
        console.complain("standard output: " + std::generic_category().message(console.out.error()));
        if (status == exit_success) status = exit_not_written;
    }
    return status;
}
