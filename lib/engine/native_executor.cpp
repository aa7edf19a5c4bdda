#include "engine/native_executor.hpp"

#include "engine/native_attempt.hpp"
#include "process/output_sink.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace kahn {

namespace asio = boost::asio;

namespace {

/// What all native attempts of one engine share.
class NativeJobs {
public:
    NativeJobs(const ProcessOptions& options_, std::shared_ptr<Clock> clock_) : options(options_), clock(std::move(clock_)) {}

    std::shared_ptr<JobContext::State> add(const asio::any_io_executor& strand, AttemptRequest request,
                                           std::shared_ptr<AttemptListener> listener) {
        auto sink = std::make_unique<process::OutputSink>(tails_, options.kept_output_bytes,
                                                          process::LogFile(request.log, options.log_limit_bytes), std::move(listener), request.masker);
        auto shared = std::make_shared<JobContext::State>(strand, std::move(request), std::move(sink));
        const std::scoped_lock lock(mutex_);
        if (live_.size() >= most_before_clearing_) {
            std::erase_if(live_, [](const auto& attempt) { return attempt.expired(); });
            most_before_clearing_ = std::max(least_before_clearing, 2 * live_.size());
        }
        live_.push_back(shared);
        if (is_over_) shared->stop().request_stop();
        return shared;
    }

    /// Tells every attempt that it is to end; the cancellation of its run follows by itself.
    void stop_all() noexcept {
        std::vector<std::weak_ptr<JobContext::State>> live;
        {
            const std::scoped_lock lock(mutex_);
            is_over_ = true;
            live.swap(live_);
        }
        for (const auto& attempt : live) {
            if (const auto shared = attempt.lock()) shared->stop().request_stop();
        }
    }

    const ProcessOptions options;
    const std::shared_ptr<Clock> clock;

private:
    const std::shared_ptr<process::TailBudget> tails_ = std::make_shared<process::TailBudget>(std::size_t{4} << 20U);
    std::mutex mutex_;
    static constexpr std::size_t least_before_clearing = 64;
    std::vector<std::weak_ptr<JobContext::State>> live_;  // and some that have ended
    std::size_t most_before_clearing_ = least_before_clearing;
    bool is_over_ = false;
};

asio::awaitable<AttemptOutcome> run_native(std::shared_ptr<NativeJobs> jobs, AttemptRequest request,
                                           std::shared_ptr<AttemptListener> listener) {
    // A cancelled attempt waits for its coroutine to end: from here on cancellation is a question to ask.
    const bool throws = co_await asio::this_coro::throw_if_cancelled();
    co_await asio::this_coro::throw_if_cancelled(false);
    asio::any_io_executor strand = co_await asio::this_coro::executor;
    const auto shared = jobs->add(strand, std::move(request), std::move(listener));
    const auto attempt = std::make_shared<NativeAttempt>(strand, jobs->clock, jobs->options.grace, shared);
    attempt->start();
    while (true) {
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (state.cancelled() != asio::cancellation_type::none) {
            attempt->stop();
            co_await asio::this_coro::reset_cancellation_state(asio::enable_terminal_cancellation());
        }
        if (attempt->advance()) break;
        if (attempt->take_ring()) continue;
        auto token = asio::as_tuple(asio::use_awaitable);
        co_await attempt->alarm().async_wait(token);
        attempt->take_ring();
    }
    co_await asio::this_coro::throw_if_cancelled(throws);
    co_return attempt->take_outcome();
}

class NativeExecutor final : public Executor {
public:
    NativeExecutor(const ProcessOptions& options, std::shared_ptr<Clock> clock)
        : jobs_(std::make_shared<NativeJobs>(options, std::move(clock))) {}

    asio::awaitable<AttemptOutcome> run(AttemptRequest request, std::shared_ptr<AttemptListener> listener) override {
        return run_native(jobs_, std::move(request), std::move(listener));
    }
    void kill_all(std::chrono::milliseconds) noexcept override { jobs_->stop_all(); }

private:
    std::shared_ptr<NativeJobs> jobs_;
};

}  // namespace

std::shared_ptr<Executor> make_native_executor(const ProcessOptions& options, std::shared_ptr<Clock> clock) {
    return std::make_shared<NativeExecutor>(options, std::move(clock));
}

}  // namespace kahn
