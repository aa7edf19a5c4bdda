#include "engine/run_clock.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace kahn {

namespace asio = boost::asio;

/// Where somebody sleeps while the clock stands. Left also when the coroutine is destroyed, and its timer's context with it.
class RunClock::Bed {
public:
    /// \param asleep false: the clock goes again, nobody would wake him
    Bed(RunClock& clock, std::shared_ptr<Sleeper> sleeper, bool& asleep) : clock_(clock), sleeper_(std::move(sleeper)) {
        const std::lock_guard lock(clock_.mutex_);
        asleep = clock_.stands();
        if (asleep) clock_.sleepers_.insert(sleeper_);
    }
    ~Bed() {
        const std::lock_guard lock(clock_.mutex_);
        clock_.sleepers_.erase(sleeper_);
    }
    Bed(const Bed&) = delete;
    Bed& operator=(const Bed&) = delete;

private:
    RunClock& clock_;
    const std::shared_ptr<Sleeper> sleeper_;
};

SteadyTime RunClock::now() const noexcept {
    return time_.now([this] { return engine_->now(); });
}

asio::awaitable<void> RunClock::sleep_until(SteadyTime deadline) { return sleep(shared_from_this(), deadline); }

asio::awaitable<void> RunClock::until_it_goes() { return wait(shared_from_this()); }

asio::awaitable<void> RunClock::sleep(std::shared_ptr<RunClock> self, SteadyTime deadline) {
    const auto engine = self->engine_;
    for (;;) {
        const SteadyTime when = self->time_.source_time(deadline);
        co_await engine->sleep_until(when);
        // It may have stood meanwhile: then there is something left to sleep.
        while (self->stands()) co_await wait(self);
        if (self->now() >= deadline) co_return;
    }
}

asio::awaitable<void> RunClock::wait(std::shared_ptr<RunClock> self) {
    const auto executor = co_await asio::this_coro::executor;
    const auto sleeper = std::make_shared<Sleeper>(executor);
    bool is_asleep = false;
    const Bed bed(*self, sleeper, is_asleep);
    if (!is_asleep) co_return;
    try {
        co_await sleeper->timer.async_wait(asio::use_awaitable);
    } catch (const boost::system::system_error&) {
        if (!sleeper->is_awake) throw;  // cancelled
    }
}

void RunClock::suspend() noexcept {
    time_.stop([this] { return engine_->now(); });
}

void RunClock::resume() noexcept {
    // Under the lock, so that nothing is posted to a strand whose context is gone.
    const std::lock_guard lock(mutex_);
    time_.go_on([this] { return engine_->now(); });
    for (const auto& sleeper : sleepers_) {
        try {
            asio::post(sleeper->timer.get_executor(), [sleeper] {
                sleeper->is_awake = true;
                sleeper->timer.cancel();
            });
        } catch (const std::exception&) {  // no memory: it sleeps until it is cancelled
        }
    }
    sleepers_.clear();
}

}  // namespace kahn
