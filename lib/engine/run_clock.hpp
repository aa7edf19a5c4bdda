#pragma once

#include <kahn/base/suspension.hpp>
#include <kahn/base/time.hpp>

#include "base/real_clock.hpp"
#include "base/standing_time.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>
#include <mutex>
#include <set>

namespace kahn {

/// The clock of one run: that of the engine, but for the time that the run stands still.
///
/// Sleepers live on strands; they leave when their context is destroyed.
class RunClock final : public Clock, public Suspension::Part, public std::enable_shared_from_this<RunClock> {
public:
    explicit RunClock(std::shared_ptr<Clock> engine) : engine_(std::move(engine)) {}

    SystemTime system_now() const noexcept override { return engine_->system_now(); }
    SteadyTime now() const noexcept override;
    boost::asio::awaitable<void> sleep_until(SteadyTime deadline) override;

    bool stands() const noexcept { return time_.stands(); }
    /// Whether it is the real time that passes while it does not stand.
    bool is_real() const noexcept { return kahn::is_real(*engine_); }
    /// Returns once it does not stand.
    /// \par Cancellation
    /// `terminal`: throws `boost::asio::error::operation_aborted`.
    boost::asio::awaitable<void> until_it_goes();

    void suspend() noexcept override;
    void resume() noexcept override;

private:
    struct Sleeper {
        explicit Sleeper(const boost::asio::any_io_executor& executor) : timer(executor, SteadyTime::max()) {}
        boost::asio::steady_timer timer;
        bool is_awake = false;  // on the strand
    };
    class Bed;

    static boost::asio::awaitable<void> sleep(std::shared_ptr<RunClock> self, SteadyTime deadline);
    static boost::asio::awaitable<void> wait(std::shared_ptr<RunClock> self);

    const std::shared_ptr<Clock> engine_;
    StandingTime time_;
    std::mutex mutex_;
    std::set<std::shared_ptr<Sleeper>> sleepers_;  // while it stands
};

}  // namespace kahn
