#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>
#include <string>
#include <thread>
#include <utility>

namespace kahn::app {

/// Hears signals on a thread of its own, so that they count even while the run waits for somebody who does not read its output.
///
/// SIGINT, SIGTERM, SIGHUP and SIGQUIT end the program; the third one ends it on the spot. SIGUSR1 and SIGCONT are passed on and count
/// for nothing. SIGTSTP (Ctrl-Z) stops it, once those who hear of it are ready, unless nobody could let it go on (an orphaned process
/// group). A SIGHUP or SIGTSTP that was ignored from the start stays ignored.
class SignalWatch {
public:
    /// All are called on the watching thread. What nobody hears does what it always does.
    struct Ears {
        Ears() = default;
        explicit Ears(std::function<void(int count, std::string name)> ending_) : ending(std::move(ending_)) {}

        std::function<void(int count, std::string name)> ending;  ///< the first and the second signal; needed
        std::function<void(int signal)> noticed;                  ///< SIGUSR1 or SIGCONT
        std::function<void(std::string name)> stopping;           ///< the program stops when this returns
        std::function<void()> resumed;                            ///< after each `stopping`
    };

    explicit SignalWatch(Ears ears);
    /// Joins the thread: nothing is called afterwards.
    ~SignalWatch();
    SignalWatch(const SignalWatch&) = delete;
    SignalWatch& operator=(const SignalWatch&) = delete;

private:
    void wait();
    void wait_for_notices();
    void wait_for_stops();

    Ears ears_;
    boost::asio::io_context context_{1};
    boost::asio::signal_set signals_{context_};
    boost::asio::signal_set notices_{context_};
    boost::asio::signal_set stops_{context_};
    int count_ = 0;
    std::thread thread_;
};

}  // namespace kahn::app
