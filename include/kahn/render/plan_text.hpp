#pragma once

#include <kahn/model/pipeline.hpp>
#include <kahn/model/schedule.hpp>

#include <map>
#include <string>

namespace kahn::render {

/// Why stages would not run, by name: `branch is 'feature/x', needs 'main'`.
using Skips = std::map<std::string, std::string, std::less<>>;

/// Whether the durations behind a ScheduleAnalysis were measured, or every job counts the same.
enum class Durations { unknown, known };

/// What would run, a level a line, what would be skipped and why, and what to expect. Without durations the expectation is
/// counted in jobs one after another.
/// \param analysis of what is not skipped
std::string plan_text(const Pipeline& pipeline, const ScheduleAnalysis& analysis, const Skips& skips,
                      Durations durations = Durations::unknown);

/// The commands that would run, by stage and job, in the order of levels.
std::string commands_text(const Pipeline& pipeline, const ScheduleAnalysis& analysis, const Skips& skips);

}  // namespace kahn::render
