#pragma once

#include <kahn/model/run_record.hpp>

#include <chrono>
#include <cstddef>
#include <vector>

namespace kahn::render {

/// One attempt on the time axis.
struct TimelineSpan {
    std::size_t stage = 0;    ///< index into the pipeline
    std::size_t job = 0;      ///< index into the stage
    std::size_t attempt = 0;  ///< index into the job's attempts
    std::chrono::nanoseconds queued_from{0};  ///< since the run's start; equal to `start` but for a first attempt
    std::chrono::nanoseconds start{0};
    std::chrono::nanoseconds end{0};
    unsigned slot = 0;  ///< the worker that it would have had, were there no more workers than needed
};

/// When what ran. A run record keeps no worker numbers: the slots are given out afresh, each attempt to the lowest that is free.
struct Timeline {
    std::vector<TimelineSpan> spans;  ///< by start, then by place in the pipeline
    unsigned slots = 0;               ///< as many ran at once, at most
    std::chrono::nanoseconds length{0};
    std::chrono::nanoseconds work{0};  ///< of all spans
};

/// Attempts without a start time are left out. An attempt that has no duration and has not ended reaches to the end of what is known.
Timeline timeline_of(const RunRecord& record);

}  // namespace kahn::render
