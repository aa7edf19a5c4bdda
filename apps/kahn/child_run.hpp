#pragma once

#include "base/unique_fd.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include <functional>
#include <string>
#include <vector>

namespace kahn::app {

/// This very program, started once more as a child that shares the terminal and the standard streams.
class ChildRun {
public:
    /// \param ended called on the loop with the exit status, as a shell counts it
    /// \throws Error if it cannot be started
    ChildRun(boost::asio::io_context& context, const std::vector<std::string>& arguments, std::function<void(int)> ended);
    /// One that still runs is ended and waited for.
    ~ChildRun();
    ChildRun(const ChildRun&) = delete;
    ChildRun& operator=(const ChildRun&) = delete;

    void send(int signal) const noexcept;

private:
    int reap() noexcept;

    int pid_ = -1;
    boost::asio::posix::stream_descriptor pidfd_;
    std::function<void(int)> ended_;
};

}  // namespace kahn::app
