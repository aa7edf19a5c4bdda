#include "monitor/duration_statistics.hpp"

#include <boost/assert.hpp>

#include <algorithm>
#include <cmath>

namespace kahn::monitor {

std::chrono::nanoseconds quantile(std::span<const std::chrono::nanoseconds> sorted, double p) {
    BOOST_ASSERT(!sorted.empty() && p >= 0 && p <= 1);
    const double rank = static_cast<double>(sorted.size() - 1) * p;
    const auto below = static_cast<std::size_t>(rank);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    const double part = rank - static_cast<double>(below);
    const auto step = static_cast<double>((sorted[above] - sorted[below]).count());
    return sorted[below] + std::chrono::nanoseconds(std::llround(part * step));
}

DurationStatistics duration_statistics(std::vector<std::chrono::nanoseconds> sample) {
    DurationStatistics out;
    out.samples = sample.size();
    if (sample.empty()) return out;
    std::sort(sample.begin(), sample.end());
    long double sum = 0;  // of a hundred years in nanoseconds, and of any number of them
    for (const auto one : sample) sum += static_cast<long double>(one.count());
    out.minimum = sample.front();
    out.mean = std::chrono::nanoseconds(std::llround(sum / static_cast<long double>(sample.size())));
    out.p50 = quantile(sample, 0.5);
    out.p95 = quantile(sample, 0.95);
    out.maximum = sample.back();
    return out;
}

}  // namespace kahn::monitor
