#include "process/subreaper_tree.hpp"

#include "process/guard_protocol.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

namespace kahn::process {
namespace {

/// The program that a shim has started, as the shim tells of it.
class ShimCommand final : public Command {
public:
    ShimCommand(std::shared_ptr<ChildProcess> shim, UniqueFd control) : shim_(std::move(shim)), control_(std::move(control)) {}

    int readiness_fd() const noexcept override { return control_.get(); }
    const std::shared_ptr<ChildProcess>& child() const noexcept override { return shim_; }

    std::optional<Event> poll() override {
        kahn_shim_message message{};
        const ssize_t size = ::recv(control_.get(), &message, sizeof message, MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) return std::nullopt;
        if (size != static_cast<ssize_t>(sizeof message)) {
            has_told_ = true;
            status_ = ChildStatus();  // the shim is gone, and the status with it
            return Event::ended;
        }
        has_told_ = true;
        if (message.what == KAHN_SHIM_STARTED) {
            pid_ = message.value;
            return Event::started;
        }
        if (message.what == KAHN_SHIM_EXEC_FAILED) {
            error_ = message.value;
            is_last_ = true;
            return Event::exec_failed;
        }
        status_ = ChildStatus::from_wait_status(message.value, message.usage);
        is_last_ = message.none_left != 0;
        return Event::ended;
    }

    /// Whether the shim has said that it exits by itself at once.
    bool is_last() const noexcept { return is_last_; }
    /// Waits until the program is there, or known not to come: as long as an exec may take.
    void wait_for_start() const noexcept {
        constexpr int moment_ms = 10;
        for (int waited = 0; waited < 1000 && !has_told_; waited += moment_ms) {
            pollfd news{control_.get(), POLLIN, 0};
            if (::poll(&news, 1, moment_ms) > 0) return;
        }
    }
    void tell_to_kill() const noexcept {
        ::shutdown(control_.get(), SHUT_WR);
        shim_->signal(SIGCONT);  // in case that somebody stopped it
    }

private:
    const std::shared_ptr<ChildProcess> shim_;
    const UniqueFd control_;
    std::atomic<bool> is_last_{false};
    std::atomic<bool> has_told_{false};
};

class SubreaperTree final : public Tree {
public:
    explicit SubreaperTree(std::filesystem::path guard) : guard_(std::move(guard)) {}

    bool is_tight() const noexcept override { return true; }

    std::vector<ProcessInfo> processes() override {
        std::vector<pid_t> shims;
        for (const auto& command : commands()) {
            if (!command->child()->try_reap()) shims.push_back(command->child()->pid());
        }
        if (shims.empty()) return {};
        std::vector<ProcessInfo> found = descendants_of(shims);
        return found.empty() ? descendants_of(shims, all_processes()) : found;
    }

    void settle() noexcept override {
        constexpr int moment_ms = 10;
        for (const auto& command : commands()) {
            if (!command->is_last()) continue;
            pollfd end{command->child()->pidfd(), POLLIN, 0};
            ::poll(&end, 1, moment_ms);
            command->child()->try_reap();
        }
    }

private:
    LaunchResult enter(LaunchRequest& request, UniqueFd& kept, UniqueFd& passed) override {
        LaunchResult result;
        int ends[2] = {-1, -1};
        if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
            result.stage = LaunchStage::descriptors;
            result.error = errno;
            return result;
        }
        kept.reset(ends[0]);
        passed.reset(ends[1]);
        std::vector<std::string> arguments{"kahn-guard", "shim", std::to_string(::getpid()), request.program};
        for (std::string& argument : request.arguments) arguments.push_back(std::move(argument));
        request.program = guard_.string();
        request.arguments = std::move(arguments);
        request.control = passed.get();
        return result;
    }

    std::shared_ptr<Command> make_command(std::shared_ptr<ChildProcess> child, UniqueFd kept) override {
        auto command = std::make_shared<ShimCommand>(std::move(child), std::move(kept));
        const std::scoped_lock lock(commands_mutex_);
        commands_.push_back(command);
        return command;
    }

    bool is_empty() override {
        for (const auto& command : commands()) {
            if (!command->child()->try_reap() && !command->is_last()) return false;
        }
        return true;
    }

    void kill_all() noexcept override {
        for (const auto& command : commands()) command->tell_to_kill();
    }

    /// All but the shims, which end the rest if this program is killed meanwhile.
    void freeze() override {
        for (const auto& command : commands()) command->wait_for_start();
        Tree::freeze();
    }

    std::vector<std::shared_ptr<ShimCommand>> commands() const {
        const std::scoped_lock lock(commands_mutex_);
        return commands_;
    }

    const std::filesystem::path guard_;
    mutable std::mutex commands_mutex_;
    std::vector<std::shared_ptr<ShimCommand>> commands_;
};

}  // namespace

std::shared_ptr<Tree> SubreaperContainers::make_tree(std::string&) { return std::make_shared<SubreaperTree>(guard_); }

}  // namespace kahn::process
