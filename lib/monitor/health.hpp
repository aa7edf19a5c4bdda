#pragma once

#include <kahn/model/report.hpp>

#include <optional>
#include <span>
#include <string_view>

namespace kahn::monitor {

inline constexpr std::size_t health_window = 20;      ///< verdicts that count
inline constexpr std::size_t fewest_verdicts = 5;     ///< with fewer nothing is claimed
inline constexpr std::size_t failing_streak = 3;      ///< this many in a row
inline constexpr std::size_t most_recent_failures = 5;

/// passed / executed x 100; nothing if nothing was executed.
std::optional<double> rate(std::size_t passed, std::size_t executed) noexcept;

/// The verdict of PipelineHealth and the figures beside it. Active executions are the caller's to add.
/// \param newest_first ended and running ones; only the first 20 with a verdict count
PipelineHealth judge_health(std::string_view pipeline, std::span<const RunOutcome> newest_first);

}  // namespace kahn::monitor
