#include "engine/deadline.hpp"

#include "base/real_clock.hpp"

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
    asio::cancellation_signal stop;           // of a sleep by any other

    void expire() {
        if (on_expiry) std::exchange(on_expiry, nullptr)();
    }
};

Deadline::Deadline(const asio::any_io_executor& executor, std::shared_ptr<Clock> clock, SteadyTime when,
                   std::function<void()> on_expiry)
    : state_(std::make_shared<State>()) {
    state_->clock = std::move(clock);
    state_->on_expiry = std::move(on_expiry);
    if (is_real(*clock)) {
        // Nearly every attempt ends long before: this costs it neither a coroutine nor an exception.
        state_->timer.emplace(executor, for_timer(when));
        state_->timer->async_wait([weak = std::weak_ptr<State>(state_)](boost::system::error_code cancelled) {
            const auto state = weak.lock();
            if (!cancelled && state) state->expire();
        });
        return;
    }
    auto ended = [state = state_](const std::exception_ptr& cancelled) {
        if (!cancelled) state->expire();
    };
    asio::co_spawn(executor, state_->clock->sleep_until(when),
                   asio::bind_cancellation_slot(state_->stop.slot(), std::move(ended)));
}

Deadline::~Deadline() {
    state_->on_expiry = nullptr;
    state_->timer.reset();
    state_->stop.emit(asio::cancellation_type::terminal);
}

}  // namespace kahn
