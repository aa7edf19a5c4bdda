#pragma once

#include <kahn/base/time.hpp>
#include <kahn/engine/native_job.hpp>

#include "engine/deadline.hpp"
#include "engine/native_context.hpp"
#include "process/end_policy.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

namespace kahn {

/// One attempt of a native job while it runs: starts its coroutine, hears of its end, and does what EndPolicy says.
///
/// Lives on the run's strand. Whatever happens rings the alarm; the coroutine in native_executor.cpp then calls advance().
class NativeAttempt : public std::enable_shared_from_this<NativeAttempt> {
public:
    NativeAttempt(boost::asio::any_io_executor strand, std::shared_ptr<Clock> clock, std::chrono::milliseconds grace,
                  std::shared_ptr<JobContext::State> shared);
    /// Dropped before its end (the run's context was destroyed): the coroutine is left to itself.
    ~NativeAttempt();
    NativeAttempt(const NativeAttempt&) = delete;
    NativeAttempt& operator=(const NativeAttempt&) = delete;

    void start();
    /// Cancels the coroutine, every time; the second time it has little more than a moment left.
    void stop();
    /// Whether the attempt is over.
    bool advance();

    /// Never expires; cancelled when advance() is to be called.
    boost::asio::steady_timer& alarm() noexcept { return alarm_; }
    /// Whether the alarm rang since this was last asked. A cancelled timer that nobody awaits tells nobody.
    bool take_ring() noexcept { return std::exchange(has_rung_, false); }

    AttemptOutcome take_outcome();

private:
    class Body;
    class Completion;

    void ring();
    void act(process::EndPolicy::Action action);
    void ended(std::exception_ptr failure, int exit_code);
    void lost();

    const boost::asio::any_io_executor strand_;
    const std::shared_ptr<Clock> clock_;
    const std::chrono::milliseconds grace_;
    const std::shared_ptr<JobContext::State> shared_;
    std::shared_ptr<Body> body_;
    boost::asio::steady_timer alarm_;
    bool has_rung_ = false;

    process::EndPolicy policy_;
    std::unique_ptr<Deadline> deadline_;
    bool is_stopped_ = false;
    bool has_ended_ = false;
    AttemptOutcome outcome_;
};

}  // namespace kahn
