#include "engine/deadline.hpp"

#include "base/real_clock.hpp"
#include "engine/run_clock.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace kahn {

namespace asio = boost::asio;

struct Deadline::State {
    std::shared_ptr<Clock> clock;  // as long as somebody sleeps by it
    std::function<void()> on_expiry;
    std::optional<asio::steady_timer> timer;  // of a real clock
    asio::cancellation_signal stop;           // of a sleep by any other, or by one that has stood still

    void expire() {
        if (on_expiry) std::exchange(on_expiry, nullptr)();
    }
};

namespace {

/// Whether Asio's own timers go by it, unless it has stood still meanwhile.
bool goes_by_real_time(const Clock& clock) noexcept {
    const auto* const run_clock = dynamic_cast<const RunClock*>(&clock);
    return run_clock ? run_clock->is_real() : is_real(clock);
}

}  // namespace

Deadline::Deadline(const asio::any_io_executor& executor, std::shared_ptr<Clock> clock, SteadyTime when,
                   std::function<void()> on_expiry)
    : state_(std::make_shared<State>()) {
    state_->clock = std::move(clock);
    state_->on_expiry = std::move(on_expiry);
    if (!goes_by_real_time(*state_->clock)) {
        sleep(executor, state_, when);
        return;
    }
    // Nearly every attempt ends long before: this costs it neither a coroutine nor an exception.
    state_->timer.emplace(executor, for_timer(when));
    state_->timer->async_wait([weak = std::weak_ptr<State>(state_), when](boost::system::error_code cancelled) {
        const auto state = weak.lock();
        if (cancelled || !state) return;
        if (state->clock->now() >= when) return state->expire();
        sleep(state->timer->get_executor(), state, when);  // it has stood still meanwhile
    });
}

void Deadline::sleep(const asio::any_io_executor& executor, const std::shared_ptr<State>& state, SteadyTime when) {
    auto ended = [state](const std::exception_ptr& cancelled) {
        if (!cancelled) state->expire();
    };
    asio::co_spawn(executor, state->clock->sleep_until(when), asio::bind_cancellation_slot(state->stop.slot(), std::move(ended)));
}

Deadline::~Deadline() {
    state_->on_expiry = nullptr;
    state_->timer.reset();
    state_->stop.emit(asio::cancellation_type::terminal);
}

}  // namespace kahn
