#pragma once

#include <kahn/model/report.hpp>

#include <chrono>
#include <span>
#include <vector>

namespace kahn::monitor {

/// The quantile `p` (0 to 1) of a sorted sample: linear interpolation at rank (n - 1) p, type 7 of Hyndman and Fan (1996).
/// \pre not empty, sorted, 0 <= p <= 1
std::chrono::nanoseconds quantile(std::span<const std::chrono::nanoseconds> sorted, double p);

/// All zero for an empty sample.
DurationStatistics duration_statistics(std::vector<std::chrono::nanoseconds> sample);

}  // namespace kahn::monitor
