#include "process/command_watch.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#ifndef KAHN_WITHOUT_BOOST_PROCESS
#include <boost/process/v2/process.hpp>
#endif

#include <fcntl.h>

#include <optional>
#include <utility>

namespace kahn::process {
namespace {

#ifdef KAHN_WITHOUT_BOOST_PROCESS
/// Nobody misses the adoption by a Boost.Process whose library is not there.
struct Adoption {
    Adoption(const boost::asio::any_io_executor&, const ChildProcess&) {}
    void detach() {}
};
#else
/// What Boost.Process knows of the child.
class Adoption {
public:
    Adoption(const boost::asio::any_io_executor& executor, const ChildProcess& child) {
        // A descriptor of its own, for it closes it. Without one (none is free) nobody misses the adoption.
        const int pidfd = ::fcntl(child.pidfd(), F_DUPFD_CLOEXEC, 3);
        if (pidfd >= 0) process_.emplace(executor, child.pid(), pidfd);
    }
    void detach() {
        if (process_) process_->detach();
    }

private:
    std::optional<boost::process::v2::process> process_;
};
#endif

}  // namespace

struct CommandWatch::State {
    State(const boost::asio::any_io_executor& executor, std::shared_ptr<Command> command_)
        : command(std::move(command_)), watch(executor, command->readiness_fd()), adoption(executor, *command->child()) {}

    std::shared_ptr<Command> command;
    boost::asio::posix::stream_descriptor watch;  // of a descriptor that the command owns
    Adoption adoption;
    bool is_waiting = false;
    bool is_closed = false;
};

CommandWatch::CommandWatch(const boost::asio::any_io_executor& executor, std::shared_ptr<Command> command)
    : state_(std::make_shared<State>(executor, std::move(command))) {}

CommandWatch::~CommandWatch() {
    state_->is_closed = true;
    state_->watch.release();  // out of the reactor before the command closes it
    // Reaped, or for the tree to reap: this destructor would kill by number and block in waitpid.
    state_->adoption.detach();
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
