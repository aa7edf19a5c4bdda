#include "signal_watch.hpp"

#include <kahn/model/attempt.hpp>

#include <unistd.h>

#include <csignal>
#include <utility>

namespace kahn::app {
namespace {

bool is_ignored(int signal) {
    struct sigaction now {};
    return ::sigaction(signal, nullptr, &now) == 0 && now.sa_handler == SIG_IGN;
}

}  // namespace

SignalWatch::SignalWatch(Ears ears) : ears_(std::move(ears)) {
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT}) signals_.add(signal);
    if (!is_ignored(SIGHUP)) signals_.add(SIGHUP);
    wait();
    if (ears_.noticed) {
        for (const int signal : {SIGUSR1, SIGCONT}) notices_.add(signal);
        wait_for_notices();
    }
    if (ears_.stopping && !is_ignored(SIGTSTP)) {
        stops_.add(SIGTSTP);
        wait_for_stops();
    }
    thread_ = std::thread([this] { context_.run(); });
}

SignalWatch::~SignalWatch() {
    boost::asio::post(context_, [this] {
        signals_.cancel();
        notices_.cancel();
        stops_.cancel();
    });
    thread_.join();
}

void SignalWatch::wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (++count_ > 2) ::_exit(128 + signal);  // the guard ends what is left
        ears_.ending(count_, signal_name(signal));
        wait();
    });
}

void SignalWatch::wait_for_notices() {
    notices_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        ears_.noticed(signal);
        wait_for_notices();
    });
}

void SignalWatch::wait_for_stops() {
    stops_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        ears_.stopping(signal_name(signal));
        // With the default disposition the kernel does what it always does: it stops all threads, but none of an orphaned process
        // group, whom no shell would let go on. Returns after SIGCONT.
        stops_.clear();
        ::raise(signal);
        stops_.add(signal);
        ears_.resumed();
        wait_for_stops();
    });
}

}  // namespace kahn::app
