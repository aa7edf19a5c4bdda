#pragma once

#include <kahn/base/time.hpp>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <memory>
#include <utility>

namespace kahn::test {

/// A clock that moves only when it is told to. For one thread.
class ManualClock final : public Clock {
public:
    SystemTime system_now() const noexcept override { return SystemTime{} + std::chrono::hours{24 * 20'000} + passed_; }
    SteadyTime now() const noexcept override { return SteadyTime{} + std::chrono::hours{1} + passed_; }

    boost::asio::awaitable<void> sleep_until(SteadyTime deadline) override { return sleep(this, deadline); }

    /// Wakes all whose time comes on the way, in the order of their deadlines; they run when the context is polled.
    void advance(std::chrono::nanoseconds duration) {
        passed_ += duration;
        while (!sleepers_.empty() && sleepers_.begin()->first <= now()) {
            sleepers_.begin()->second->is_due = true;
            sleepers_.begin()->second->timer.cancel();
            sleepers_.erase(sleepers_.begin());
        }
    }
    /// The earliest deadline that somebody sleeps for; there must be one.
    SteadyTime next() const { return sleepers_.begin()->first; }
    std::size_t sleepers() const noexcept { return sleepers_.size(); }

private:
    struct Sleeper {
        explicit Sleeper(const boost::asio::any_io_executor& executor) : timer(executor, SteadyTime::max()) {}
        boost::asio::steady_timer timer;
        bool is_due = false;
    };
    using Sleepers = std::multimap<SteadyTime, std::shared_ptr<Sleeper>>;

    /// A sleeper's place here; left also when its context is destroyed, which takes the timer's service with it.
    struct Bed {
        Bed(ManualClock& clock_, SteadyTime deadline, std::shared_ptr<Sleeper> sleeper_)
            : clock(clock_), sleeper(std::move(sleeper_)), place(clock.sleepers_.emplace(deadline, sleeper)) {}
        ~Bed() {
            if (!sleeper->is_due) clock.sleepers_.erase(place);
        }
        Bed(const Bed&) = delete;
        Bed& operator=(const Bed&) = delete;

        ManualClock& clock;
        std::shared_ptr<Sleeper> sleeper;
        Sleepers::iterator place;
    };

    static boost::asio::awaitable<void> sleep(ManualClock* clock, SteadyTime deadline) {
        if (deadline <= clock->now()) co_return;
        const auto executor = co_await boost::asio::this_coro::executor;
        const auto sleeper = std::make_shared<Sleeper>(executor);
        const Bed bed(*clock, deadline, sleeper);
        try {
            co_await sleeper->timer.async_wait(boost::asio::use_awaitable);
        } catch (const boost::system::system_error&) {
            if (!sleeper->is_due) throw;
        }
    }

    std::chrono::nanoseconds passed_{0};
    Sleepers sleepers_;
};

}  // namespace kahn::test
