#include <kahn/manager/async_operations.hpp>

#include <boost/asio/post.hpp>
#include <boost/asio/system_executor.hpp>

#include <mutex>
#include <utility>
#include <vector>

namespace kahn::detail {

namespace asio = boost::asio;

struct CancellationRelay::State {
    explicit State(asio::any_io_executor strand_) : strand(std::move(strand_)) {}

    bool is_going_on() {
        const std::scoped_lock lock(mutex);
        return static_cast<bool>(strand);
    }

    // On the strand.
    asio::cancellation_signal signal;
    bool has_begun = false;
    std::vector<asio::cancellation_type> early;

    std::mutex mutex;
    asio::any_io_executor strand;  // none once it has ended: its context may be gone
};

CancellationRelay::CancellationRelay(asio::any_io_executor strand) : state_(std::make_shared<State>(std::move(strand))) {}
CancellationRelay::~CancellationRelay() = default;

asio::cancellation_slot CancellationRelay::slot() noexcept { return state_->signal.slot(); }

void CancellationRelay::cancel(asio::cancellation_type type) {
    const std::scoped_lock lock(state_->mutex);
    if (!state_->strand) return;
    asio::post(state_->strand, [state = state_, type] {
        if (!state->has_begun) return state->early.push_back(type);
        if (state->is_going_on()) state->signal.emit(type);
    });
}

/// What came early is emitted once the coroutine waits for something.
void CancellationRelay::begun() {
    state_->has_begun = true;
    for (const asio::cancellation_type type : std::exchange(state_->early, {})) cancel(type);
}

void CancellationRelay::ended() noexcept {
    const std::scoped_lock lock(state_->mutex);
    state_->strand = asio::any_io_executor();
}

/// co_spawn's handler in the slot has the strand as well.
void CancellationRelay::destroyed() noexcept {
    ended();
    state_->signal.slot().clear();
}

asio::any_io_executor require_executor(asio::any_io_executor executor) {
    const asio::execution_context* const systems = &asio::query(asio::system_executor(), asio::execution::context);  // no thread yet
    if (executor && &asio::query(executor, asio::execution::context) != systems) return executor;
    throw Error(Errc::invalid_argument, "no executor to run on: bind one to the completion token, or give one to the manager");
}

}  // namespace kahn::detail
