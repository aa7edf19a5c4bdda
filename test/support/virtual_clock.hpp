#pragma once

#include <kahn/base/time.hpp>

#include "support/manual_clock.hpp"

#include <boost/asio/io_context.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

namespace kahn::test {

/// A clock that jumps to the next sleeper's time as soon as nothing else is going on: an hour costs nothing. For one thread.
///
/// What goes on elsewhere, such as a request on its way, is told by begin() and end(). The time may be read from any thread.
class VirtualClock final : public Clock {
public:
    SystemTime system_now() const noexcept override { return ManualClock().system_now() + passed(); }
    SteadyTime now() const noexcept override { return ManualClock().now() + passed(); }
    boost::asio::awaitable<void> sleep_until(SteadyTime deadline) override { return clock_.sleep_until(deadline); }

    void begin() noexcept { ++going_on_; }
    void end() noexcept { --going_on_; }
    std::chrono::nanoseconds passed() const noexcept { return std::chrono::nanoseconds{passed_.load()}; }
    void advance(std::chrono::nanoseconds duration) {
        passed_ += duration.count();
        clock_.advance(duration);
    }

    /// Runs the context until `is_done()`, or nothing more can happen. False: the latter.
    template <class Done>
    bool run(boost::asio::io_context& context, Done is_done) {
        const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(100);
        while (!is_done()) {
            if (std::chrono::steady_clock::now() > limit) return false;
            context.restart();
            if (context.poll() > 0) continue;
            if (going_on_ > 0) {
                context.run_one_for(std::chrono::milliseconds(50));
                continue;
            }
            if (clock_.sleepers() == 0) {
                // What is left is real: a socket, a look-up.
                if (context.run_one_for(std::chrono::seconds(5)) == 0) return false;
                continue;
            }
            advance(clock_.next() - clock_.now());
        }
        return true;
    }

private:
    ManualClock clock_;
    std::atomic<std::int64_t> passed_{0};
    int going_on_ = 0;
};

}  // namespace kahn::test
