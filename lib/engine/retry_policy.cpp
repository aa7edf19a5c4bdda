#include "engine/retry_policy.hpp"

#include <algorithm>

namespace kahn {

std::chrono::milliseconds retry_delay(const PipelineJob& job, int failed_attempt, double jitter) {
    constexpr std::chrono::milliseconds longest = std::chrono::minutes{5};
    auto delay = std::min(job.retry_delay, longest);
    for (int i = 1; i < failed_attempt && delay < longest; ++i) delay = std::min(delay * 2, longest);
    const double share = 0.5 + 0.5 * std::clamp(jitter, 0.0, 1.0);
    return std::chrono::milliseconds{static_cast<std::chrono::milliseconds::rep>(static_cast<double>(delay.count()) * share)};
}

}  // namespace kahn
