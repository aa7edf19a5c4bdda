#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>

namespace kahn {

/// Wall-clock time in UTC, for people and files. Never used to measure.
using SystemTime = std::chrono::system_clock::time_point;
/// Monotonic time, for durations and deadlines.
using SteadyTime = std::chrono::steady_clock::time_point;

/// Where the engine gets its time from. A test injects one that it moves by hand.
class Clock {
public:
    virtual ~Clock() = default;
    virtual SystemTime system_now() const noexcept = 0;
    virtual SteadyTime now() const noexcept = 0;

    /// Returns at `deadline` of this clock. A deadline in the past returns at once.
    /// \par Cancellation
    /// `terminal`: throws `boost::asio::error::operation_aborted`.
    virtual boost::asio::awaitable<void> sleep_until(SteadyTime deadline) = 0;
};

/// The machine's clocks.
std::shared_ptr<Clock> real_clock();

/// `2026-11-23T15:04:05.123456789Z`
std::string to_iso8601(SystemTime time);

/// For people: `0.42s`, `12.3s`, `3m04s`, `2h05m`.
std::string format_duration(std::chrono::nanoseconds duration);

}  // namespace kahn
