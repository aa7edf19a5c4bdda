#pragma once

#include <kahn/model/run_record.hpp>
#include <kahn/store/store.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::store {

/// A run as the index and `history.ndjson` have it.
struct HistoryEntry {
    HistoryEntry() = default;

    RunSummary summary;
    std::size_t executed = 0;         ///< jobs that ended with success or failure in this very run
    std::size_t executed_passed = 0;  ///< of those
    std::vector<JobSample> samples;   ///< of jobs that ran; not in `history.ndjson`
};
static_assert(!std::is_aggregate_v<HistoryEntry>);

HistoryEntry summarise(const RunRecord& record);
/// The same of a run that is not in its record.
HistoryEntry summarise(const RunRecord& about, const Pipeline& run);

/// One line, its end included.
std::string to_line(const HistoryEntry& entry);
/// Nothing for a line that is torn or none of ours.
std::optional<HistoryEntry> from_line(std::string_view line);

}  // namespace kahn::store
