#include <kahn/graph/driver.hpp>

#include "graph/driver_state.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace kahn::graph {
namespace asio = boost::asio;

namespace {

/// Starts the nodes from within the initiation of the wait for their end: so there is one `co_await`, and a
/// cancellation of the awaiting coroutine, which run() does not heed, cannot come between the start and the wait.
template <class State>
class StartAndWait {
public:
    StartAndWait(State& state, NodeWork& work, asio::steady_timer& end) : state_(&state), work_(&work), end_(&end) {}

    template <class Handler>
    void operator()(Handler handler) const {
        end_->async_wait(asio::bind_cancellation_slot(asio::cancellation_slot(), std::move(handler)));
        state_->start(*work_, *end_);
    }

private:
    State* state_;
    NodeWork* work_;
    asio::steady_timer* end_;
};

template <class State>
class Closing {
public:
    explicit Closing(State& state) noexcept : state_(state) {}
    ~Closing() { state_.close(); }
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;

private:
    State& state_;
};

template <class State>
asio::awaitable<void> run_to_end(std::shared_ptr<State> state, NodeWork* work) {
    asio::steady_timer end(state->executor, asio::steady_timer::time_point::max());
    const Closing<State> closing(*state);
    boost::system::error_code always_cancelled;
    const StartAndWait<State> start_and_wait(*state, *work, end);
    auto token = asio::redirect_error(asio::use_awaitable, always_cancelled);
    auto all_ended = asio::async_initiate<decltype(token), void(boost::system::error_code)>(start_and_wait, token);
    co_await std::move(all_ended);
    if (state->first_error) std::rethrow_exception(state->first_error);
}

}  // namespace

Driver::Driver(asio::any_io_executor executor, Scheduler scheduler, std::shared_ptr<WorkerSlots> slots)
    : state_(std::make_shared<State>(std::move(executor), std::move(scheduler), std::move(slots))) {}

Driver::~Driver() { state_->close(); }

asio::awaitable<void> Driver::run(NodeWork& work) { return run_to_end(state_, &work); }

void Driver::wake() { state_->pump(); }

void Driver::cancel(NodeIndex node) { state_->cancel(node); }

const Scheduler& Driver::scheduler() const noexcept { return state_->scheduler; }

}  // namespace kahn::graph
