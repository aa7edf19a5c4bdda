#pragma once

#include <kahn/base/time.hpp>
#include <kahn/graph/time_left.hpp>
#include <kahn/model/report.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn::render {

/// What is known of a pipeline's runs before the one that is shown.
struct PastRuns {
    PastRuns() = default;

    /// A successful one: how long it took for how many jobs that really ran.
    struct Success {
        std::chrono::nanoseconds duration{0};
        std::size_t jobs_executed = 0;
    };

    graph::UsualDurations usual;           ///< of its jobs; empty: not known
    std::vector<Success> successes;        ///< the last of them
    std::optional<FailingSince> failing_since;
    std::string last_success;              ///< the id of the newest run with a verdict if it succeeded, else empty
    std::optional<SystemTime> last_success_time;
};
static_assert(!std::is_aggregate_v<PastRuns>);

/// Asked once, when a run has begun. What cannot be found out is left empty.
using FindPastRuns = std::function<PastRuns(std::string_view pipeline, std::string_view run_id)>;

}  // namespace kahn::render
