#pragma once

#include <kahn/model/report.hpp>

#include <span>

namespace kahn::monitor {

RunOutcome outcome_of(const RunRecord& record);

/// What a pipeline's runs tell: durations, streaks, and of every job its pass rate and whether it is flaky.
///
/// A job is flaky if it passed on a retry, or if it has both passed and failed with the same commit and the same digest. Runs
/// without a commit are not compared: what the job works on may have changed between them.
/// \param newest_first those that have not ended are passed over
PipelineHistory pipeline_history(std::span<const RunRecord> newest_first);

}  // namespace kahn::monitor
