#pragma once

#include <kahn/model/event.hpp>
#include <kahn/model/run_record.hpp>

#include <filesystem>
#include <string>
#include <string_view>

namespace kahn::store {

/// Appends an event as a line of `events.ndjson`: the public form of the stream (see render::to_ndjson) without what jobs print,
/// only where it lies; what ended has its whole `result` besides, so that a run can be told from these lines alone.
void append_line(std::string& out, const Event& event, const std::filesystem::path& directory);

/// Lays what the lines say over the record of a run as it began. A torn last line, or any other that cannot be read, is left out.
void fold_events(RunRecord& record, std::string_view lines, const std::filesystem::path& directory);

}  // namespace kahn::store
