#include "watch_policy.hpp"

#include <utility>

namespace kahn::app {

bool WatchPolicy::changed(const std::string& path, TimePoint now) {
    constexpr int runs_that_prove_it = 2;
    if (is_running_) {
        in_this_run_.insert(path);
        const auto streak = streaks_.find(path);
        if (streak != streaks_.end() && streak->second >= runs_that_prove_it) return false;
        is_worth_a_stop_ = is_worth_a_stop_ || !in_last_run_.contains(path);
    } else {
        was_outside_ = true;
    }
    last_change_ = path;
    last_change_at_ = now;
    return true;
}

void WatchPolicy::run_started() {
    is_running_ = true;
    is_stopping_ = false;
    is_worth_a_stop_ = false;
    last_change_at_.reset();
    if (std::exchange(was_outside_, false)) {
        streaks_.clear();
        in_last_run_.clear();
    }
}

void WatchPolicy::run_ended() {
    is_running_ = false;
    if (!is_stopping_) {
        std::map<std::string, int> longer;
        for (const std::string& path : in_this_run_) {
            const auto streak = streaks_.find(path);
            longer[path] = 1 + (streak == streaks_.end() ? 0 : streak->second);
        }
        streaks_ = std::move(longer);
    }
    in_last_run_ = std::exchange(in_this_run_, {});
}

WatchPolicy::Action WatchPolicy::next(TimePoint now) {
    const auto due = deadline();
    if (!due || now < *due) return Action::none;
    if (!is_running_) return Action::start;
    is_stopping_ = true;
    return Action::stop;
}

std::optional<WatchPolicy::TimePoint> WatchPolicy::deadline() const {
    if (!last_change_at_) return std::nullopt;
    const bool may_stop = on_change_ == OnChange::restart && is_worth_a_stop_ && !is_stopping_;
    if (is_running_ && !may_stop) return std::nullopt;
    return *last_change_at_ + debounce_;
}

}  // namespace kahn::app
