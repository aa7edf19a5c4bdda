#pragma once

#include "process/tree.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace kahn::process {

/// Tells on an executor when there may be something new about a command.
///
/// A Boost.Process `process` has adopted the child for as long as it is not reaped. Its own waiting is not used: it blocks
/// in waitpid after a spurious readiness and has no room for the resource usage.
class CommandWatch {
public:
    CommandWatch(const boost::asio::any_io_executor& executor, std::shared_ptr<Command> command);
    ~CommandWatch();
    CommandWatch(const CommandWatch&) = delete;
    CommandWatch& operator=(const CommandWatch&) = delete;

    Command& command() noexcept;

    /// Calls once, unless this object is destroyed before. To be asked again after each call; does nothing while it waits.
    void async_wait(std::function<void()> on_ready);

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace kahn::process
