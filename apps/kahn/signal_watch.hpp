#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <string>
#include <thread>

namespace kahn::app {

/// Hears SIGINT, SIGTERM, SIGHUP and SIGQUIT on a thread of its own, so that they count even while the run waits for
/// somebody who does not read its output. The third one ends the process on the spot.
///
/// SIGUSR1 and SIGCONT are passed on and count for nothing. A SIGHUP that was ignored from the start (nohup) stays ignored.
class SignalWatch {
public:
    /// \param heard called on the watching thread with the first and the second signal: how many there were, and the name
    /// \param noticed called there with SIGUSR1 or SIGCONT; without it they do what they always do
    explicit SignalWatch(std::function<void(int count, std::string name)> heard, std::function<void(int signal)> noticed = {});
    /// Joins the thread: nothing is called afterwards.
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    void wait();
    void wait_for_notices();

    std::function<void(int, std::string)> heard_;
    std::function<void(int)> noticed_;
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_{context_};
    boost::asio::signal_set notices_{context_};
    int count_ = 0;
    std::thread thread_;
};

}  // namespace kahn::app
