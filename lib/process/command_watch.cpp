#include "process/command_watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/process/v2/process.hpp>

#include <fcntl.h>

#include <optional>
#include <utility>

namespace kahn::process {

struct CommandWatch::State {
    State(const boost::asio::any_io_executor& executor, std::shared_ptr<Command> command_)
        : command(std::move(command_)), watch(executor, command->readiness_fd()) {
        // A descriptor of its own, for it closes it. Without one (none is free) nobody misses the adoption.
        const int pidfd = ::fcntl(command->child()->pidfd(), F_DUPFD_CLOEXEC, 3);
        if (pidfd >= 0) owner.emplace(executor, command->child()->pid(), pidfd);
    }

    std::shared_ptr<Command> command;
    boost::asio::posix::stream_descriptor watch;  // of a descriptor that the command owns
    std::optional<boost::process::v2::process> owner;
    bool is_waiting = false;
    bool is_closed = false;
};

CommandWatch::CommandWatch(const boost::asio::any_io_executor& executor, std::shared_ptr<Command> command)
    : state_(std::make_shared<State>(executor, std::move(command))) {}

CommandWatch::~CommandWatch() {
    state_->is_closed = true;
    state_->watch.release();  // out of the reactor before the command closes it
    // Reaped, or for the tree to reap: this destructor would kill by number and block in waitpid.
    if (state_->owner) state_->owner->detach();
}

Command& CommandWatch::command() noexcept { return *state_->command; }

void CommandWatch::async_wait(std::function<void()> on_ready) {
    if (std::exchange(state_->is_waiting, true)) return;
    auto handler = [state = state_, call = std::move(on_ready)](const boost::system::error_code& error) {
        state->is_waiting = false;
        if (!error && !state->is_closed) call();
    };
    state_->watch.async_wait(boost::asio::posix::stream_descriptor::wait_read, std::move(handler));
}

}  // namespace kahn::process
