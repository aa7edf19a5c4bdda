#pragma once

#include "cli/kahn_program.hpp"
#include "support/screen.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {

/// The program on a terminal of its own, 24 lines high.
class OnTerminal {
public:
    /// Who starts it: somebody who cannot let it go on once it is stopped (its process group is an orphan), the same with SIGTSTP
    /// ignored, or a shell with job control.
    enum class Parent { nobody, nobody_and_ignoring_stops, shell };

    OnTerminal(const std::filesystem::path& directory, std::vector<std::string> arguments, Parent parent = Parent::nobody,
               unsigned short columns = 80)
        : screen(columns) {
        arguments.insert(arguments.begin(), KAHN_PROGRAM);
        std::vector<char*> argv;
        for (std::string& argument : arguments) argv.push_back(argument.data());
        argv.push_back(nullptr);
        const std::string where = directory.native();
        winsize size{};
        size.ws_col = columns;
        size.ws_row = 24;
        BOOST_REQUIRE(::pipe2(reports_.data(), O_CLOEXEC) == 0);
        BOOST_REQUIRE(::pipe2(orders_.data(), O_CLOEXEC) == 0);
        pid_ = ::forkpty(&master_, nullptr, nullptr, &size);
        if (pid_ == 0) {
            ::setenv("TERM", "xterm", 1);
            for (const char* const name : {"NO_COLOR", "FORCE_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "KAHN_COLOR", "GITHUB_ACTIONS", "GITLAB_CI", "BUILDKITE"}) {
                ::unsetenv(name);
            }
            if (::chdir(where.c_str()) != 0) ::_exit(127);
            if (parent == Parent::nobody_and_ignoring_stops) ::signal(SIGTSTP, SIG_IGN);
            if (parent == Parent::shell) be_a_shell(argv);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        BOOST_REQUIRE(pid_ > 0);
    }
    ~OnTerminal() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        for (const int fd : {master_, reports_[0], reports_[1], orders_[0], orders_[1]}) ::close(fd);
    }
    OnTerminal(const OnTerminal&) = delete;
    OnTerminal& operator=(const OnTerminal&) = delete;

    bool shows(std::string_view text) {
        return becomes([text](const std::string& screen_text) { return contains(screen_text, text); });
    }
    /// Reads on until the screen is as \p is_right wants it.
    bool becomes(const std::function<bool(const std::string&)>& is_right) {
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        while (!is_right(screen.text())) {
            if (std::chrono::steady_clock::now() > deadline || !read_some()) return is_right(screen.text());
        }
        return true;
    }
    void type(char key) const { BOOST_REQUIRE(::write(master_, &key, 1) == 1); }
    void send(int signal) const { ::kill(pid_, signal); }
    void resize(unsigned short columns, unsigned short rows) const {
        winsize size{};
        size.ws_col = columns;
        size.ws_row = rows;
        BOOST_REQUIRE(::ioctl(master_, TIOCSWINSZ, &size) == 0);
    }
    /// Waits until the shell finds the program stopped, while all that it prints is shown. \return its pid
    pid_t stopped() {
        std::array<pollfd, 2> watched{{{reports_[0], POLLIN, 0}, {master_, POLLIN, 0}}};
        pid_t pid = -1;
        while (::poll(watched.data(), watched.size(), 60'000) > 0) {
            if (watched[0].revents != 0) {
                BOOST_REQUIRE(::read(reports_[0], &pid, sizeof pid) == static_cast<ssize_t>(sizeof pid));
                break;
            }
            if (!read_some()) break;
        }
        BOOST_REQUIRE(pid > 0);
        return pid;
    }
    /// Has the shell do `fg`.
    void fg() const { BOOST_REQUIRE(::write(orders_[1], "f", 1) == 1); }
    /// The exit status.
    int finish() {
        while (read_some()) {}
        int status = 0;
        ::waitpid(std::exchange(pid_, -1), &status, 0);
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }

    Screen screen;

private:
    bool read_some() {
        pollfd watched{master_, POLLIN, 0};
        if (::poll(&watched, 1, 60'000) <= 0) return false;
        std::array<char, 4096> buffer;
        const auto count = ::read(master_, buffer.data(), buffer.size());
        if (count <= 0) return false;
        screen.feed(std::string_view(buffer.data(), static_cast<std::size_t>(count)));
        return true;
    }

    /// The least that a shell with job control does: in a child, with calls that are allowed there.
    [[noreturn]] void be_a_shell(std::vector<char*>& argv) const {
        ::signal(SIGTTOU, SIG_IGN);
        const pid_t program = ::fork();
        if (program == 0) {
            ::setpgid(0, 0);
            ::tcsetpgrp(0, ::getpid());
            ::signal(SIGTTOU, SIG_DFL);
            ::execv(argv[0], argv.data());
            ::_exit(127);
        }
        for (;;) {
            int status = 0;
            if (::waitpid(program, &status, WUNTRACED) != program) ::_exit(126);
            if (!WIFSTOPPED(status)) ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
            ::tcsetpgrp(0, ::getpgrp());
            char order = 0;
            if (::write(reports_[1], &program, sizeof program) != static_cast<ssize_t>(sizeof program)) ::_exit(126);
            if (::read(orders_[0], &order, 1) != 1) ::_exit(126);
            ::tcsetpgrp(0, program);
            ::kill(-program, SIGCONT);
        }
    }

    int master_ = -1;
    std::array<int, 2> reports_{-1, -1};
    std::array<int, 2> orders_{-1, -1};
    pid_t pid_ = -1;
};

/// A job that waits until the test says go.
struct Waiting {
    Waiting() {
        BOOST_REQUIRE(::mkfifo((directory / "go").c_str(), 0600) == 0);
        directory.write("ci.yaml", pipeline_of("'echo \"colour=$FORCE_COLOR\"; printf \"\\033]0;title\\007\\033[31msaying\\033[0m\\n\"; read x < go; exit $x'"));
    }
    void go(const char* line) const { std::ofstream(directory / "go") << line << '\n'; }

    TemporaryDirectory directory;
};

}  // namespace kahn::test
