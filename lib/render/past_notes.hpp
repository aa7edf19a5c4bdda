#pragma once

#include <kahn/render/past_runs.hpp>

#include "render/remaining_time.hpp"

#include <utility>

namespace kahn::render {

/// What the runs before tell of the one that goes on.
class PastNotes {
public:
    explicit PastNotes(FindPastRuns find) : find_(std::move(find)) {}

    void add(const Event& event) {
        if (std::holds_alternative<event::RunStarted>(event.what)) {
            if (find_) runs_ = find_(event.run.name, event.run.run_id);
            remaining_.begin(event, runs_.usual);
        }
        remaining_.add(event);
    }

    RemainingTime::Words left(std::chrono::nanoseconds elapsed) { return remaining_.at(elapsed); }
    const PastRuns& runs() const noexcept { return runs_; }

private:
    FindPastRuns find_;
    PastRuns runs_;
    RemainingTime remaining_;
};

}  // namespace kahn::render
