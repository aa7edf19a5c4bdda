#include "remote/poll_policy.hpp"

#include <algorithm>

namespace kahn::remote {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds shortest{2000};
constexpr milliseconds longest{15'000};

}  // namespace

void PollPolicy::changed() noexcept { interval_ = shortest; }

void PollPolicy::unchanged() noexcept { interval_ = std::min(interval_ * 3 / 2, longest); }

milliseconds PollPolicy::next(milliseconds floor, const std::optional<RateLimit>& limit, SteadyTime now, double chance) const {
    milliseconds wait = std::max(interval_, floor);
    const auto jitter = 0.9 + 0.2 * std::clamp(chance, 0.0, 1.0);
    wait = milliseconds{static_cast<std::int64_t>(static_cast<double>(wait.count()) * jitter)};
    wait = std::max(wait, floor);
    if (limit && limit->resets_at > now) {
        const auto share = std::max<std::int64_t>(1, limit->remaining / 2);
        const auto left = std::chrono::ceil<milliseconds>(limit->resets_at - now);
        // An exhausted budget is the gate's business: here the wait stays one that a change can be seen in.
        wait = std::max(wait, std::min(left / share, milliseconds{300'000}));
    }
    return wait;
}

}  // namespace kahn::remote
