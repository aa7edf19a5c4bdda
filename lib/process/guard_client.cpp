#include "process/guard_client.hpp"

#include "process/guard_protocol.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace kahn::process {

std::shared_ptr<GuardClient> GuardClient::start(Launcher& launcher, const std::filesystem::path& guard,
                                                const std::string& cgroup, std::string& note) {
    std::shared_ptr<GuardClient> out(new GuardClient);
    if (guard.empty()) return out;
    int ends[2] = {-1, -1};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
        note = "kahn-guard: socketpair: " + std::generic_category().message(errno);
        return out;
    }
    UniqueFd ours(ends[0]);
    const UniqueFd theirs(ends[1]);
    LaunchRequest request;
    request.program = guard.string();
    request.arguments = {"kahn-guard", "guard", std::to_string(::getpid())};
    if (!cgroup.empty()) request.arguments.push_back(cgroup);
    request.working_directory = "/";  // it must not hold a directory that somebody wants to unmount
    request.control = theirs.get();
    LaunchResult result = launcher.launch(request);
    if (!result.started()) {
        note = "kahn-guard: " + guard.string() + ": " + std::generic_category().message(result.error);
        return out;
    }
    out->child_ = std::make_unique<ChildProcess>(result.pid, std::move(result.pidfd));
    out->control_ = std::move(ours);
    return out;
}

GuardClient::~GuardClient() {
    if (!child_) return;
    control_.reset();
    pollfd end{child_->pidfd(), POLLIN, 0};
    constexpr int limit_ms = 1000;
    while (::poll(&end, 1, limit_ms) < 0 && errno == EINTR) {}
    child_->try_reap();
}

bool GuardClient::is_alive() noexcept {
    if (!child_) return false;
    pollfd end{child_->pidfd(), POLLIN, 0};
    return ::poll(&end, 1, 0) == 0;
}

std::string GuardClient::warning() {
    if (is_alive()) return {};
    const char* const why = child_ ? "the guard process is gone" : "there is no guard process (no kahn-guard was found, or it did not start)";
    return std::string(why) + ": if kahn itself is killed, jobs may outlive it";
}

void GuardClient::watch_group(pid_t group) noexcept { send(KAHN_GUARD_WATCH, group); }
void GuardClient::forget_group(pid_t group) noexcept { send(KAHN_GUARD_FORGET, group); }

void GuardClient::send(int what, pid_t group) noexcept {
    if (!control_) return;
    const kahn_guard_message message{what, group};
    ::send(control_.get(), &message, sizeof message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

}  // namespace kahn::process
