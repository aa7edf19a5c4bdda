#include "engine/run_control.hpp"

#include <utility>

namespace kahn {

bool RunControl::cancel(std::string why, Again again) {
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        if (is_over_) return false;
        is_first = !std::exchange(is_cancelled_, true);
    }
    if (!is_first && again == Again::changes_nothing) return false;
    request({Reason(Reason::Code::cancelled, std::move(why)), !is_first});
    return is_first;
}

void RunControl::abandon() {
    {
        const std::lock_guard lock(mutex_);
        is_cancelled_ = true;
    }
    request({Reason(Reason::Code::cancelled, "the manager was destroyed"), true});
}

bool RunControl::suspend() {
    {
        const std::lock_guard lock(mutex_);
        if (is_over_) return false;
    }
    const bool is_first = suspension_->suspend();
    // It may have ended meanwhile, and nobody would think of waking what it has left running.
    const std::lock_guard lock(mutex_);
    if (is_over_) suspension_->resume();
    return is_first && !is_over_;
}

bool RunControl::resume() { return suspension_->resume(); }

void RunControl::request(StopRequest stop) {
    suspension_->resume();
    // Under the lock, so that nothing is delivered once detach() has returned: the run's context may be gone then.
    const std::lock_guard lock(mutex_);
    if (deliver_) return deliver_(std::move(stop));
    if (early_) stop.reason = early_->reason;
    early_ = std::move(stop);
}

void RunControl::attach(std::function<void(StopRequest)> deliver) {
    const std::lock_guard lock(mutex_);
    deliver_ = std::move(deliver);
    if (early_) deliver_(std::move(*std::exchange(early_, std::nullopt)));
}

void RunControl::detach() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
        deliver_ = nullptr;
    }
    suspension_->resume();
}

}  // namespace kahn
