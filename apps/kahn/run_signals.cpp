#include "run_signals.hpp"

#include "output.hpp"
#include "run_observers.hpp"

#include <kahn/base/time.hpp>

#include <boost/asio/post.hpp>

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

namespace kahn::app {

namespace asio = boost::asio;

void RunSignals::attach(PipelineManager& manager, std::string pipeline) {
    const std::lock_guard lock(mutex_);
    manager_ = &manager;
    pipeline_ = std::move(pipeline);
    for (int i = 0; i < count_; ++i) manager_->cancel_pipeline(pipeline_, first_);
}

void RunSignals::detach() {
    const std::lock_guard lock(mutex_);
    manager_ = nullptr;
}

void RunSignals::heard(int count, const std::string& name) {
    console_.stop.raise();
    // Before the run hears of it: the view is to show what the signal was before it shows what it did.
    asio::post(executor_, [this, count, name] { on_ending_signal(count, name); });
    const std::lock_guard lock(mutex_);
    count_ = count;
    if (count == 1) first_ = name;
    if (manager_) manager_->cancel_pipeline(pipeline_, first_);
}

void RunSignals::stopping(const std::string& name) {
    stopped_at_ = std::chrono::steady_clock::now();
    {
        const std::lock_guard lock(mutex_);
        if (manager_) manager_->suspend_pipeline(pipeline_);
    }
    // Not for ever: nobody reads the output, or the run has just ended and the loop with it.
    constexpr std::chrono::milliseconds patience{500};
    const auto left = std::make_shared<std::promise<void>>();
    auto has_left = left->get_future();
    asio::post(executor_, [this, left, name] {
        on_stop(name);
        left->set_value();
    });
    has_left.wait_for(patience);
}

void RunSignals::resumed() {
    const auto stood = std::chrono::steady_clock::now() - stopped_at_;
    asio::post(executor_, [this, stood] { on_resume(stood); });
    const std::lock_guard lock(mutex_);
    if (manager_) manager_->resume_pipeline(pipeline_);
}

void RunSignals::run_ended() {
    is_over_ = true;
    timer_.cancel();
}

void RunSignals::on_ending_signal(int count, const std::string& name) {
    if (is_over_) return;
    view_.say(count == 1 ? name + ": ending the run; once more: at once" : name + ": ending the run at once");
    if (count == 1 && name == "SIGINT" && interrupt_grace_) insist_at(std::chrono::steady_clock::now() + *interrupt_grace_);
}

void RunSignals::insist_at(std::chrono::steady_clock::time_point when) {
    is_insisting_later_ = true;
    timer_.expires_at(when);
    timer_.async_wait([this](const boost::system::error_code& error) {
        if (error) return;
        is_insisting_later_ = false;
        const std::lock_guard lock(mutex_);
        if (manager_) manager_->cancel_pipeline(pipeline_, first_);
    });
}

void RunSignals::on_stop(const std::string& name) {
    if (is_over_) return;
    view_.leave(name + ": stopped, and the jobs with it; fg (SIGCONT) goes on");
    if (!is_insisting_later_) return;
    grace_left_ = std::max<std::chrono::nanoseconds>(timer_.expiry() - std::chrono::steady_clock::now(), std::chrono::nanoseconds{0});
    timer_.cancel();
}

void RunSignals::on_resume(std::chrono::nanoseconds stood) {
    if (is_over_) return;
    view_.come_back("goes on after " + format_duration(stood), stood);
    if (grace_left_) insist_at(std::chrono::steady_clock::now() + *std::exchange(grace_left_, std::nullopt));
}

}  // namespace kahn::app
