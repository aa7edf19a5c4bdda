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

SignalWatch::SignalWatch(std::function<void(int, std::string)> heard, std::function<void(int)> noticed)
    : heard_(std::move(heard)), noticed_(std::move(noticed)) {
    for (const int signal : {SIGINT, SIGTERM, SIGQUIT}) signals_.add(signal);
    if (!is_ignored(SIGHUP)) signals_.add(SIGHUP);
    wait();
    if (noticed_) {
        for (const int signal : {SIGUSR1, SIGCONT}) notices_.add(signal);
        wait_for_notices();
    }
    thread_ = std::thread([this] { context_.run(); });
}

SignalWatch::~SignalWatch() {
    boost::asio::post(context_, [this] {
        signals_.cancel();
        notices_.cancel();
    });
    thread_.join();
}

void SignalWatch::wait() {
    signals_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        if (++count_ > 2) ::_exit(128 + signal);  // the guard ends what is left
        heard_(count_, signal_name(signal));
        wait();
    });
}

void SignalWatch::wait_for_notices() {
    notices_.async_wait([this](const boost::system::error_code& error, int signal) {
        if (error) return;
        noticed_(signal);
        wait_for_notices();
    });
}

}  // namespace kahn::app
