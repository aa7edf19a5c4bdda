#pragma once

#include <kahn/base/time.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>

namespace kahn {

/// Calls a function when a time has come, unless it is destroyed before. For one strand.
class Deadline {
public:
    /// \param executor  the strand that this lives on; `on_expiry` is called there
    Deadline(const boost::asio::any_io_executor& executor, std::shared_ptr<Clock> clock, SteadyTime when,
             std::function<void()> on_expiry);
    ~Deadline();
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

private:
    struct State;
    static void sleep(const boost::asio::any_io_executor& executor, const std::shared_ptr<State>& state, SteadyTime when);

    std::shared_ptr<State> state_;
};

}  // namespace kahn
