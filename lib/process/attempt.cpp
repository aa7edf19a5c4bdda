#include "process/attempt_run.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/assert.hpp>

#include <utility>

namespace kahn::process {
namespace {

namespace asio = boost::asio;

asio::awaitable<AttemptOutcome> attempt(std::shared_ptr<LocalSupervisor> supervisor, AttemptSpec spec,
                                        std::shared_ptr<AttemptListener> listener) {
    // A cancelled attempt has to end its processes, which takes time: from here on cancellation is a question to ask.
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::any_io_executor executor = co_await asio::this_coro::executor;
    const auto run = std::make_shared<AttemptRun>(std::move(executor), std::move(supervisor), std::move(spec),
                                                  std::move(listener));
    while (true) {
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            run->stop();
            co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        }
        if (run->advance()) break;
        if (run->take_ring()) continue;
        auto token = asio::as_tuple(asio::use_awaitable);
        co_await run->alarm().async_wait(token);
        run->take_ring();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return run->take_outcome();
}

}  // namespace

asio::awaitable<AttemptOutcome> run_attempt(std::shared_ptr<Supervisor> supervisor, AttemptSpec spec,
                                            std::shared_ptr<AttemptListener> listener) {
    auto local = std::dynamic_pointer_cast<LocalSupervisor>(std::move(supervisor));
    BOOST_ASSERT(local);
    return attempt(std::move(local), std::move(spec), std::move(listener));
}

}  // namespace kahn::process
