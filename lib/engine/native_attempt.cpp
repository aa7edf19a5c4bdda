#include "engine/native_attempt.hpp"

#include "engine/job_outputs.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>

#include <atomic>
#include <mutex>
#include <string>

namespace kahn {

namespace asio = boost::asio;
using process::EndPolicy;

namespace {

constexpr std::chrono::milliseconds last_chance{2000};

std::string text_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const std::exception& error) {
        return error.what();
    } catch (...) {
        return "an exception that is no std::exception";
    }
}

}  // namespace

/// The coroutine, on its own executor. Kept by its completion handler, however long it goes on.
class NativeAttempt::Body : public std::enable_shared_from_this<NativeAttempt::Body> {
public:
    Body(asio::any_io_executor executor, std::shared_ptr<const NativeWork> work, std::shared_ptr<JobContext::State> shared)
        : executor_(std::move(executor)), work_(std::move(work)), context_(std::move(shared)) {}

    /// Before anybody else knows of it.
    void start(Completion completion);
    /// Its context goes, and the coroutine with it: nothing of the executor may be kept, and co_spawn's handler in the slot has it, too.
    void destroyed() noexcept {
        signal_.slot().clear();
        const std::scoped_lock lock(mutex_);
        executor_ = asio::any_io_executor();
    }

    /// From anywhere. Comes after the coroutine's first step, which is on its way to the same executor; or keeps it from that.
    void cancel() {
        is_cancelled_ = true;
        const std::scoped_lock lock(mutex_);
        if (!executor_) return;
        asio::post(executor_, [self = shared_from_this()] { self->signal_.emit(asio::cancellation_type::terminal); });
    }

    static asio::awaitable<int> run(std::shared_ptr<Body> self) {
        if (self->is_cancelled_) co_return 0;
        const NativeWork::Body& body = self->work_->body();
        const JobContext context = self->context_;
        co_return co_await body(context);
    }

private:
    std::mutex mutex_;
    asio::any_io_executor executor_;  // none once it was destroyed
    const std::shared_ptr<const NativeWork> work_;
    const JobContext context_;
    asio::cancellation_signal signal_;
    std::atomic<bool> is_cancelled_{false};
};

/// Tells the attempt, on its strand, if it is still there. If it dies without having been called, the coroutine was destroyed.
class NativeAttempt::Completion {
public:
    Completion(std::weak_ptr<NativeAttempt> attempt, std::shared_ptr<JobContext::State> shared, std::shared_ptr<Body> body)
        : attempt_(std::move(attempt)), shared_(std::move(shared)), body_(std::move(body)) {}
    Completion(Completion&&) noexcept = default;
    Completion& operator=(Completion&&) = delete;
    ~Completion() {
        if (!shared_) return;
        body_->destroyed();
        try {
            shared_->post([attempt = attempt_] {
                if (const auto self = attempt.lock()) self->lost();
            });
        } catch (...) {  // out of memory while things are torn down
        }
    }

    void operator()(std::exception_ptr failure, int exit_code) {
        const auto shared = std::move(shared_);
        shared->dispatch([attempt = attempt_, failure = std::move(failure), exit_code]() mutable {
            if (const auto self = attempt.lock()) self->ended(std::move(failure), exit_code);
        });
    }

private:
    std::weak_ptr<NativeAttempt> attempt_;
    std::shared_ptr<JobContext::State> shared_;
    std::shared_ptr<Body> body_;
};

void NativeAttempt::Body::start(Completion completion) {
    const asio::any_io_executor executor = executor_;
    asio::co_spawn(executor, run(shared_from_this()), asio::bind_cancellation_slot(signal_.slot(), std::move(completion)));
}

NativeAttempt::NativeAttempt(asio::any_io_executor strand, std::shared_ptr<Clock> clock, std::chrono::milliseconds grace,
                             std::shared_ptr<JobContext::State> shared)
    : strand_(std::move(strand)),
      clock_(std::move(clock)),
      grace_(grace),
      shared_(std::move(shared)),
      alarm_(strand_, SteadyTime::max()),
      policy_(grace, std::chrono::milliseconds::zero(), last_chance) {}

NativeAttempt::~NativeAttempt() {
    shared_->close();
    shared_->stop().request_stop();
}

void NativeAttempt::start() {
    const auto& work = shared_->request().job.native;
    const auto& wanted = work->options().executor;
    body_ = std::make_shared<Body>(wanted ? asio::any_io_executor(asio::make_strand(wanted)) : strand_, work, shared_);
    body_->start(Completion(weak_from_this(), shared_, body_));
}

void NativeAttempt::ring() {
    has_rung_ = true;
    alarm_.cancel();
}

void NativeAttempt::stop() {
    if (has_ended_) return;
    is_stopped_ = true;
    shared_->stop().request_stop();
    body_->cancel();
    act(policy_.stop(clock_->now()));
    ring();
}

bool NativeAttempt::advance() {
    process::Sight sight;
    sight.commands_over = sight.tree_empty = sight.tree_tight = has_ended_;
    sight.output_open = false;
    act(policy_.observe(clock_->now(), sight));
    if (policy_.is_over()) return true;
    deadline_.reset();
    if (const auto when = policy_.deadline()) deadline_ = std::make_unique<Deadline>(strand_, clock_, *when, [this] { ring(); });
    return false;
}

void NativeAttempt::act(EndPolicy::Action action) {
    switch (action) {
        case EndPolicy::Action::none:
        case EndPolicy::Action::finish:
        case EndPolicy::Action::terminate: break;
        case EndPolicy::Action::kill: body_->cancel(); break;  // it may have been between two waits
        case EndPolicy::Action::give_up:
            outcome_.end = AttemptEnd::unkillable;
            outcome_.message = "its coroutine goes on, 2 s after the last cancellation and " + format_duration(grace_) + " of grace";
            break;
    }
}

void NativeAttempt::ended(std::exception_ptr failure, int exit_code) {
    has_ended_ = true;
    if (failure) {
        outcome_.end = AttemptEnd::failed;
        outcome_.message = text_of(failure);
    } else {
        outcome_.end = AttemptEnd::exited;
        outcome_.exit_code = exit_code;
    }
    ring();
}

void NativeAttempt::lost() {
    has_ended_ = true;
    outcome_.end = AttemptEnd::failed;
    outcome_.message = "its coroutine was destroyed before it ended";
    ring();
}

AttemptOutcome NativeAttempt::take_outcome() {
    shared_->finish(outcome_);
    if (is_stopped_ && outcome_.end != AttemptEnd::unkillable) outcome_.end = AttemptEnd::stopped;
    if (outcome_.succeeded()) {
        try {
            const auto& environment = shared_->request().environment;
            if (const auto file = environment.find("KAHN_OUTPUT"); file != environment.end()) append_outputs(file->second, shared_->outputs());
        } catch (const std::exception& failure) {
            outcome_.end = AttemptEnd::failed;
            outcome_.exit_code.reset();
            outcome_.message = failure.what();
        }
    }
    return std::move(outcome_);
}

}  // namespace kahn
