#pragma once

#include <kahn/base/time.hpp>

#include <algorithm>
#include <chrono>
#include <optional>

namespace kahn::process {

/// When to try again what failed for want of processes or descriptors: after 10 ms, then twice as long each time, at most a
/// second, for as long as the patience lasts.
class RetryWindow {
public:
    explicit RetryWindow(std::chrono::milliseconds patience) noexcept : patience_(patience) {}

    /// It failed. Returns false if it is time to give up.
    bool failed(SteadyTime now) noexcept {
        if (!since_) {
            since_ = now;
            pause_ = std::chrono::milliseconds(10);
        }
        if (now - *since_ >= patience_) return false;
        next_ = std::min(now + pause_, *since_ + patience_);
        pause_ = std::min(pause_ * 2, std::chrono::milliseconds(1000));
        return true;
    }
    /// It went well. Returns for how long it had failed, if it had.
    std::optional<std::chrono::nanoseconds> succeeded(SteadyTime now) noexcept {
        next_.reset();
        if (!since_) return std::nullopt;
        const std::chrono::nanoseconds lasted = now - *since_;
        since_.reset();
        return lasted;
    }
    void give_up() noexcept {
        next_.reset();
        since_.reset();
    }

    std::optional<SteadyTime> next() const noexcept { return next_; }
    bool may_try(SteadyTime now) const noexcept { return !next_ || now >= *next_; }

private:
    const std::chrono::milliseconds patience_;
    std::chrono::milliseconds pause_{0};
    std::optional<SteadyTime> since_;
    std::optional<SteadyTime> next_;
};

}  // namespace kahn::process
