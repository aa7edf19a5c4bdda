#include "remote/retry_policy.hpp"

#include <algorithm>
#include <cstdint>

namespace kahn::remote {

bool RetryPolicy::may_repeat(const RemoteFailure& failure) const noexcept {
    // What never reached the other side may always be sent.
    const bool was_not_sent = !failure.may_have_arrived && failure.http_status == 0;
    if (!is_transient(failure)) return false;
    if (failure.kind == ErrorKind::proxy) return !failure.may_have_arrived;
    return repeatable_ == Repeatable::always || was_not_sent;
}

std::optional<std::chrono::milliseconds> RetryPolicy::after(const RemoteFailure& failure, double chance) {
    using std::chrono::milliseconds;
    ++made_;
    if (made_ >= attempts_ || !may_repeat(failure)) return std::nullopt;
    constexpr int most_unresolved = 2;   // repeats: a name that is not there rarely comes to be
    constexpr int most_undecodable = 1;  // likewise a server that speaks something else
    if (failure.kind == ErrorKind::resolve && ++unresolved_ > most_unresolved) return std::nullopt;
    if (failure.kind == ErrorKind::bad_json && ++undecodable_ > most_undecodable) return std::nullopt;
    constexpr double first_ms = 500;
    constexpr double longest_ms = 20'000;
    double span = first_ms;
    for (int i = 1; i < made_ && span < longest_ms; ++i) span *= 2;
    return milliseconds{static_cast<std::int64_t>(std::min(span, longest_ms) * std::clamp(chance, 0.0, 1.0))};
}

}  // namespace kahn::remote
