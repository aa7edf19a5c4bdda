#include "git_ignore.hpp"

#include "spawn.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <utility>

namespace kahn::app {
namespace {

constexpr std::size_t fields_of_answer = 4;  // file, line, pattern, path, each with a NUL behind

struct Pipe {
    UniqueFd reads;
    UniqueFd writes;
};

/// A pair of sockets: whose other end is gone, that is an error there, never a SIGPIPE.
Pipe make_pipe() {
    std::array<int, 2> ends{-1, -1};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) return {};
    return {UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// \return -1: it could not be started
pid_t spawn_git(const std::filesystem::path& folder, int in, int out) {
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, in, 0);
    ::posix_spawn_file_actions_adddup2(&actions, out, 1);
    ::posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    // A repository may name a program that git starts when it reads its index: not from here.
    std::vector<std::string> words{"git", "-C", folder.string(), "-c", "core.fsmonitor=false", "check-ignore", "--stdin", "-z", "--verbose", "--non-matching"};
    pid_t pid = -1;
    const int error = spawn(pid, "git", std::move(words), &actions);
    ::posix_spawn_file_actions_destroy(&actions);
    return error == 0 ? pid : -1;
}

bool send_all(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (written < 0 && errno != EINTR) return false;
        if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
    }
    return true;
}

}  // namespace

GitIgnore::GitIgnore(std::filesystem::path folder) : folder_(std::move(folder)) {
    const auto itself = ask(".");
    is_of_use_ = itself && !*itself;
    if (!is_of_use_) stop();
}

GitIgnore::~GitIgnore() { stop(); }

bool GitIgnore::ignores(const std::string& path) {
    if (!is_of_use_ || path.empty()) return false;
    const auto is_below = [&path](const std::string& folder) { return path.starts_with(folder + '/'); };
    if (std::any_of(unaskable_.begin(), unaskable_.end(), is_below)) return false;
    if (const auto answer = ask(path)) return *answer;
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) {
        is_of_use_ = false;
    } else {
        unaskable_.push_back(path.substr(0, slash));
    }
    return false;
}

bool GitIgnore::decides(const std::string& path) { return path == ".gitignore" || path.ends_with("/.gitignore"); }

bool GitIgnore::start() {
    Pipe questions = make_pipe();
    Pipe answers = make_pipe();
    if (!questions.reads || !answers.writes) return false;
    pid_ = spawn_git(folder_, questions.reads.get(), answers.writes.get());
    questions_ = std::move(questions.writes);
    answers_ = std::move(answers.reads);
    return pid_ > 0;
}

void GitIgnore::stop() noexcept {
    questions_.reset();
    answers_.reset();
    if (pid_ <= 0) return;
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {}
    pid_ = -1;
}

std::optional<bool> GitIgnore::ask(const std::string& path) {
    if (pid_ <= 0 && !start()) return std::nullopt;
    std::string answer;
    if (send_all(questions_.get(), path + '\0')) answer = read_answer();
    if (answer.empty()) {
        stop();
        return std::nullopt;
    }
    const std::size_t pattern = answer.find('\0', answer.find('\0') + 1) + 1;
    return answer[pattern] != '\0' && answer[pattern] != '!';
}

std::string GitIgnore::read_answer() {
    constexpr int patience_ms = 10'000;
    std::string answer;
    while (std::count(answer.begin(), answer.end(), '\0') < static_cast<std::ptrdiff_t>(fields_of_answer)) {
        pollfd watched{answers_.get(), POLLIN, 0};
        const int ready = ::poll(&watched, 1, patience_ms);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return {};
        std::array<char, 4096> buffer;
        const ssize_t size = ::read(answers_.get(), buffer.data(), buffer.size());
        if (size < 0 && errno == EINTR) continue;
        if (size <= 0) return {};
        answer.append(buffer.data(), static_cast<std::size_t>(size));
    }
    return answer;
}

}  // namespace kahn::app
