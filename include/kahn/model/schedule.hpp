#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn {

/// What optimize_pipeline_schedule() finds. Names are stage names unless said otherwise; durations come from past runs
/// where known, else every job counts as one second.
struct ScheduleAnalysis {
    ScheduleAnalysis() = default;

    std::vector<std::vector<std::string>> parallel_stages;    ///< levels of at least two stages
    std::vector<std::vector<std::string>> sequential_chains;  ///< maximal runs of stages with no other way in or out
    std::vector<std::vector<std::string>> execution_levels;   ///< Kahn levels, in file order within a level
    double estimated_parallelism = 0;  ///< total work / critical path, in jobs; 0 for an empty pipeline
    std::vector<std::string> optimization_suggestions;

    std::vector<std::string> critical_path;  ///< stages on the longest path
    std::chrono::nanoseconds critical_path_duration{0};
    std::chrono::nanoseconds total_work{0};
    std::chrono::nanoseconds makespan{0};  ///< with `workers`, by list scheduling, longest remaining path first
    unsigned workers = 0;
    unsigned best_workers = 0;  ///< the fewest with which the makespan is within 1 % of the critical path
    std::string bottleneck;     ///< `stage.job` of the longest job on the critical path
};
static_assert(!std::is_aggregate_v<ScheduleAnalysis>);

}  // namespace kahn
