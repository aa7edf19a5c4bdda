#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace kahn::test {

/// How a program ended, and what it wrote.
struct ProgramResult {
    int exit_code = -1;  ///< -1: it did not exit by itself
    int signal = 0;      ///< that ended it
    bool was_too_slow = false;  ///< it did not end within the limit, and was killed
    std::string out;
    std::string err;
};

/// One run of a program: started, fed, watched and always reaped.
///
/// It starts with default dispositions and no signal blocked, whatever the test's own are. Every wait has a limit.
class Program {
public:
    static constexpr std::chrono::seconds usual_limit{60};

    explicit Program(std::vector<std::string> arguments) : arguments_(std::move(arguments)) {}
    ~Program() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
        for (const int fd : {streams_[0], streams_[1], pidfd_}) {
            if (fd >= 0) ::close(fd);
        }
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    Program& in(std::filesystem::path directory) {
        directory_ = std::move(directory);
        return *this;
    }
    Program& with(std::string name, std::string value) {
        environment_.insert_or_assign(std::move(name), std::move(value));
        return *this;
    }
    /// Standard input; without it: `/dev/null`. At most what a pipe holds (64 KiB).
    Program& fed(std::string input) {
        input_ = std::move(input);
        return *this;
    }
    /// Standard output goes to a file (`/dev/full`, ...) in place of ProgramResult::out.
    Program& out_to(std::string path) {
        out_path_ = std::move(path);
        return *this;
    }

    Program& start() {
        std::array<int, 2> out = make_pipe();
        std::array<int, 2> err = make_pipe();
        std::array<int, 2> in{-1, -1};
        posix_spawn_file_actions_t actions;
        ::posix_spawn_file_actions_init(&actions);
        if (input_) {
            in = make_pipe();
            if (::write(in[1], input_->data(), input_->size()) != static_cast<ssize_t>(input_->size())) fail("feeding");
            ::posix_spawn_file_actions_adddup2(&actions, in[0], 0);
        } else {
            ::posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
        }
        if (out_path_.empty()) {
            ::posix_spawn_file_actions_adddup2(&actions, out[1], 1);
        } else {
            ::posix_spawn_file_actions_addopen(&actions, 1, out_path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
        }
        ::posix_spawn_file_actions_adddup2(&actions, err[1], 2);
        if (!directory_.empty()) ::posix_spawn_file_actions_addchdir_np(&actions, directory_.c_str());

        posix_spawnattr_t attributes;
        ::posix_spawnattr_init(&attributes);
        sigset_t all;
        sigset_t none;
        ::sigfillset(&all);
        ::sigemptyset(&none);
        ::posix_spawnattr_setsigdefault(&attributes, &all);
        ::posix_spawnattr_setsigmask(&attributes, &none);
        ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);

        std::vector<char*> argv = pointers(arguments_);
        std::vector<std::string> environment = make_environment();
        std::vector<char*> envp = pointers(environment);
        const int error = ::posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), envp.data());
        ::posix_spawn_file_actions_destroy(&actions);
        ::posix_spawnattr_destroy(&attributes);
        for (const int fd : {out[1], err[1], in[0], in[1]}) {
            if (fd >= 0) ::close(fd);
        }
        streams_ = {out[0], err[0]};
        if (error != 0) {
            pid_ = -1;
            throw std::system_error(error, std::generic_category(), "cannot start " + arguments_[0]);
        }
        pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
        if (pidfd_ < 0) fail("pidfd_open");
        return *this;
    }

    pid_t pid() const noexcept { return pid_; }
    void send(int signal) const { ::kill(pid_, signal); }

    const std::string& out() const noexcept { return result_.out; }
    const std::string& err() const noexcept { return result_.err; }

    /// Reads until `is_there` holds. \return whether it did within the limit and before the program's end
    bool read_until(const std::function<bool(const Program&)>& is_there, std::chrono::seconds limit = usual_limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (!is_there(*this)) {
            if (!read_some(deadline, true)) return is_there(*this);
        }
        return true;
    }

    /// As the reader of a pipe that goes away: nothing more is read.
    void close_out() {
        ::close(streams_[0]);
        streams_[0] = -1;
    }

    /// Waits for the end, reading all that is written. \param limit after which it is killed
    ProgramResult finish(std::chrono::seconds limit = usual_limit) {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        while (read_some(deadline, true)) {}
        siginfo_t info{};
        if (::waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == 0) {
            result_.was_too_slow = true;
            ::kill(pid_, SIGKILL);
        }
        int status = 0;
        ::waitpid(pid_, &status, 0);
        pid_ = -1;
        while (read_some(std::chrono::steady_clock::now(), false)) {}  // what is in the pipes
        if (WIFEXITED(status)) result_.exit_code = WEXITSTATUS(status);
        if (WIFSIGNALED(status)) result_.signal = WTERMSIG(status);
        return result_;
    }

    ProgramResult run(std::chrono::seconds limit = usual_limit) { return start().finish(limit); }

private:
    [[noreturn]] static void fail(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

    static std::array<int, 2> make_pipe() {
        std::array<int, 2> ends{};
        if (::pipe2(ends.data(), O_CLOEXEC) != 0) fail("pipe2");
        return ends;
    }

    static std::vector<char*> pointers(std::vector<std::string>& texts) {
        std::vector<char*> out;
        for (std::string& text : texts) out.push_back(text.data());
        out.push_back(nullptr);
        return out;
    }

    /// The service that runs the tests is not to decide what they see.
    static bool is_of_a_ci(std::string_view name) {
        return name == "GITHUB_ACTIONS" || name == "GITHUB_STEP_SUMMARY" || name == "GITHUB_WORKSPACE" || name == "GITLAB_CI" || name == "BUILDKITE";
    }

    std::vector<std::string> make_environment() const {
        std::vector<std::string> entries;
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string text = *entry;
            const std::string name = text.substr(0, text.find('='));
            if (!environment_.contains(name) && !is_of_a_ci(name)) entries.push_back(text);
        }
        for (const auto& [name, value] : environment_) entries.push_back(name + '=' + value);
        return entries;
    }

    /// Waits for output or the end. \return false at the end of the program or the deadline, or when nothing is left to read
    bool read_some(std::chrono::steady_clock::time_point deadline, bool until_its_end) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
        std::array<pollfd, 3> watched{{{streams_[0], POLLIN, 0}, {streams_[1], POLLIN, 0}, {until_its_end ? pidfd_ : -1, POLLIN, 0}}};
        const int ready = ::poll(watched.data(), watched.size(), left > 0 ? static_cast<int>(left) : 0);
        if (ready < 0 && errno == EINTR) return true;
        if (ready <= 0) return false;
        bool has_read = false;
        for (std::size_t i = 0; i < 2; ++i) {
            if (watched[i].revents == 0) continue;
            std::array<char, 65536> buffer;
            const auto count = ::read(streams_[i], buffer.data(), buffer.size());
            if (count > 0) {
                (i == 0 ? result_.out : result_.err).append(buffer.data(), static_cast<std::size_t>(count));
                has_read = true;
            } else {
                ::close(std::exchange(streams_[i], -1));
                has_read = true;
            }
        }
        return has_read || watched[2].revents == 0;
    }

    std::vector<std::string> arguments_;
    std::filesystem::path directory_;
    std::map<std::string, std::string> environment_;
    std::optional<std::string> input_;
    std::string out_path_;
    pid_t pid_ = -1;
    int pidfd_ = -1;
    std::array<int, 2> streams_{-1, -1};
    ProgramResult result_;
};

}  // namespace kahn::test
