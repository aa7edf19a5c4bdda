#pragma once

#include <kahn/model/report.hpp>

#include <chrono>
#include <optional>
#include <span>

namespace kahn::monitor {

/// Whether a run says something about the pipeline: a cancelled one, or one that has not ended, does not.
constexpr bool is_verdict(PipelineStatus status) noexcept {
    return status == PipelineStatus::success || status == PipelineStatus::failure;
}

/// The current streak of failures; nothing if the newest verdict is a success, or there is none.
/// \param newest_first runs without a verdict are passed over
std::optional<FailingSince> failing_since(std::span<const RunOutcome> newest_first);

/// The mean time to recovery: of each streak of failures that a success has ended, from the end of its first failure to the end
/// of that success, at least nothing: runs may overlap, and clocks be set back. A streak that is older than the sample counts from
/// its first known failure; one that goes on does not count. Nothing if there is none.
std::optional<std::chrono::nanoseconds> recovery_time(std::span<const RunOutcome> newest_first);

}  // namespace kahn::monitor
