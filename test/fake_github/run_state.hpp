#pragma once

#include "fake_github/world.hpp"

#include <optional>
#include <string>
#include <type_traits>

namespace kahn::testing {

/// What a run, a job or a step is at one instant. Times are the world's.
struct State {
    State() = default;

    bool is_completed() const { return status == "completed"; }

    std::string status;      ///< empty: null
    std::string conclusion;  ///< empty: null
    Milliseconds since{0};   ///< of this status
    std::optional<Milliseconds> started;
    std::optional<Milliseconds> completed;
};
static_assert(!std::is_aggregate_v<State>);

/// Follows from the timeline, the time, and whether the run was cancelled:
/// cancelling takes effect after the plan's delay and ends all but the jobs that are to run always; those end by themselves, when
/// the run is force-cancelled, or five minutes after the request, when GitHub ends everything.
State run_state(const Run& run, Milliseconds now);
State job_state(const Run& run, const JobPlan& job, Milliseconds now);
State step_state(const Run& run, const JobPlan& job, const StepPlan& step, Milliseconds now);

/// It waits for somebody's approval.
bool is_waiting_for_approval(const Run& run, Milliseconds now);
bool is_visible(const Run& run, Milliseconds now);

}  // namespace kahn::testing
