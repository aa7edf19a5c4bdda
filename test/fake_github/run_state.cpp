#include "fake_github/run_state.hpp"

#include <algorithm>

namespace kahn::testing {

namespace {

constexpr Milliseconds server_limit{300'000};  // after a request to cancel
constexpr Milliseconds never = Milliseconds::max() / 4;

/// When things end for a run, after its start.
struct Ends {
    Milliseconds natural = never;
    std::string natural_conclusion;
    Milliseconds ordinary_jobs = never;  ///< cancelling ends them then
    Milliseconds cancelled = never;      ///< cancelling ends the run then
};

const TimelinePoint* waiting_point(const Run& run) {
    if (run.plan.pending_deployments.empty()) return nullptr;
    const auto& timeline = run.plan.timeline;
    const auto place = std::ranges::find(timeline, "waiting", &TimelinePoint::status);
    return place == timeline.end() ? nullptr : &*place;
}

Milliseconds base(const Run& run) { return run.started + run.held; }

Milliseconds elapsed(const Run& run, Milliseconds now) {
    const auto time = now - base(run);
    const auto* waiting = waiting_point(run);
    return waiting ? std::min(time, waiting->after) : time;
}

Ends ends_of(const Run& run) {
    Ends ends;
    const auto* waiting = waiting_point(run);
    for (const auto& point : run.plan.timeline) {
        if (waiting && point.after > waiting->after) break;
        if (point.status != "completed") continue;
        ends.natural = point.after;
        ends.natural_conclusion = point.conclusion;
        break;
    }
    if (!run.cancel_asked && !run.force_cancelled) return ends;
    Milliseconds forced = never;
    if (run.force_cancelled) forced = *run.force_cancelled - base(run);
    if (run.cancel_asked) {
        const auto asked = *run.cancel_asked - base(run);
        ends.ordinary_jobs = std::min(asked + run.plan.cancel_delay, forced);
        forced = std::min(forced, asked + server_limit);
    } else {
        ends.ordinary_jobs = forced;
    }
    ends.cancelled = ends.ordinary_jobs;
    for (const auto& job : run.plan.jobs) {
        if (job.always) ends.cancelled = std::max(ends.cancelled, std::min(job.ends, forced));
    }
    if (ends.natural <= ends.ordinary_jobs) {  // it was over before
        ends.ordinary_jobs = never;
        ends.cancelled = never;
    } else {
        ends.natural = never;
    }
    return ends;
}

/// Of something that is planned for [starts, ends) and cut off at `cut`.
State planned(Milliseconds starts, Milliseconds stops, const std::string& conclusion, Milliseconds time, Milliseconds cut,
              const std::string& cut_conclusion) {
    State state;
    state.status = "queued";
    if (starts <= time && starts < cut) {
        state.status = "in_progress";
        state.started = starts;
        state.since = starts;
    }
    if (stops <= std::min(time, cut)) {
        state.status = "completed";
        state.conclusion = conclusion;
        state.started = starts;
        state.completed = stops;
        state.since = stops;
    } else if (cut <= time) {
        state.status = "completed";
        state.conclusion = cut_conclusion;
        state.completed = cut;
        state.since = cut;
    }
    return state;
}

State shifted(State state, Milliseconds by) {
    state.since += by;
    if (state.started) *state.started += by;
    if (state.completed) *state.completed += by;
    return state;
}

}  // namespace

State run_state(const Run& run, Milliseconds now) {
    const auto ends = ends_of(run);
    const auto time = elapsed(run, now);
    // Cancelling reaches a run for which time stands still.
    const auto time_passed = now - base(run);
    State state;
    if (time_passed >= ends.cancelled) {
        state.status = "completed";
        state.conclusion = "cancelled";
        state.since = ends.cancelled;
    } else if (time_passed >= ends.ordinary_jobs) {
        state.status = "in_progress";
        state.since = ends.ordinary_jobs;
    } else {
        if (!run.plan.timeline.empty()) state.status = "requested";
        for (const auto& point : run.plan.timeline) {
            if (point.after > time) break;
            state.status = point.status;
            state.conclusion = point.conclusion;
            state.since = point.after;
        }
    }
    if (state.is_completed()) state.completed = state.since;
    return shifted(std::move(state), base(run));
}

State job_state(const Run& run, const JobPlan& job, Milliseconds now) {
    const auto ends = ends_of(run);
    const bool was_cancelled = ends.cancelled != never;
    const auto cut = was_cancelled ? (job.always ? ends.cancelled : ends.ordinary_jobs) : ends.natural;
    const auto time = was_cancelled ? now - base(run) : elapsed(run, now);
    return shifted(planned(job.starts, job.ends, job.conclusion, time, cut, was_cancelled ? "cancelled" : job.conclusion), base(run));
}

State step_state(const Run& run, const JobPlan& job, const StepPlan& step, Milliseconds now) {
    const auto of_job = job_state(run, job, now);
    const auto cut = of_job.completed ? *of_job.completed - base(run) : never;
    const auto time = of_job.completed ? *of_job.completed - base(run) : elapsed(run, now);
    return shifted(planned(step.starts, step.ends, step.conclusion, time, cut, step.starts < cut ? "cancelled" : "skipped"), base(run));
}

bool is_waiting_for_approval(const Run& run, Milliseconds now) {
    return !run.plan.pending_deployments.empty() && run_state(run, now).status == "waiting";
}

bool is_visible(const Run& run, Milliseconds now) { return now >= run.created + run.plan.visibility_delay; }

}  // namespace kahn::testing
