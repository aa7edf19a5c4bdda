#include "engine/deadline.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <exception>
#include <utility>

namespace kahn {

namespace asio = boost::asio;

struct Deadline::State {
    std::function<void()> on_expiry;
    asio::cancellation_signal stop;
};

namespace {

asio::awaitable<void> sleep(std::shared_ptr<Clock> clock, SteadyTime when) { co_await clock->sleep_until(when); }

}  // namespace

Deadline::Deadline(const asio::any_io_executor& executor, std::shared_ptr<Clock> clock, SteadyTime when,
                   std::function<void()> on_expiry)
    : state_(std::make_shared<State>()) {
    state_->on_expiry = std::move(on_expiry);
    auto ended = [state = state_](const std::exception_ptr& cancelled) {
        if (!cancelled && state->on_expiry) std::exchange(state->on_expiry, nullptr)();
    };
    asio::co_spawn(executor, sleep(std::move(clock), when),
                   asio::bind_cancellation_slot(state_->stop.slot(), std::move(ended)));
}

Deadline::~Deadline() {
    state_->on_expiry = nullptr;
    state_->stop.emit(asio::cancellation_type::terminal);
}

}  // namespace kahn
