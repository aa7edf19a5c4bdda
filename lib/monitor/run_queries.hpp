#pragma once

#include <kahn/base/log.hpp>
#include <kahn/model/report.hpp>
#include <kahn/store/store.hpp>

#include <string_view>
#include <vector>

namespace kahn::monitor {

RunOutcome outcome_of(const store::RunSummary& run);

/// What health is made from: so many of the newest runs that the window of verdicts is full, if there are that many.
std::vector<RunOutcome> newest_runs(const store::Store& store, std::string_view pipeline);

/// The current streak of failures, however long it is.
/// \param newest_first of newest_runs(): most often the streak began among them
std::optional<FailingSince> whole_streak(const store::Store& store, std::string_view pipeline, std::optional<FailingSince> known);

/// Those that go on at this moment.
std::vector<std::string> active_executions(const store::Store& store, std::string_view pipeline);

/// The run itself and what came before it, newest first: as many as health looks at, fewer if they are very large. What cannot be
/// read is said and left out.
std::vector<RunRecord> records_until(const store::Store& store, const RunRecord& run, const Logger& logger);

}  // namespace kahn::monitor
