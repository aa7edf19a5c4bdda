#pragma once

#include <kahn/model/run_record.hpp>

#include <chrono>
#include <string>

namespace kahn::render {

/// The distance of a time axis' marks: 1, 2 or 5 (of minutes and hours also 10, 15, 30) of a unit, so that there are 4 to 10 of them.
std::chrono::nanoseconds tick_of(std::chrono::nanoseconds length);

/// What ran when, a job a row: its waits, its attempts, its result in words. Nothing for a run in which nothing started.
void append_timeline(std::string& out, const RunRecord& record);

}  // namespace kahn::render
