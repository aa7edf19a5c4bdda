#include "fake_github/run_actions.hpp"

#include "fake_github/payloads.hpp"
#include "fake_github/problems.hpp"
#include "fake_github/run_state.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <set>

namespace kahn::testing {

namespace {

constexpr int most_attempts = 51;  // the first and 50 more
constexpr Milliseconds oldest{30LL * 24 * 3'600'000};
constexpr std::string_view documentation = "https://docs.github.com/rest/actions/workflow-runs";

std::optional<Response> refuse_cancelling(const Call& call, const Run& run) {
    if (run.plan.is_zombie) return problem(409, "Cannot cancel a workflow run that has not been queued yet.", documentation);
    if (run_state(run, call.now).is_completed()) {
        return problem(409, "Cannot cancel a workflow run that is completed.", documentation);
    }
    return std::nullopt;
}

const RunPlan& first_plan(const Run& run) { return run.previous_attempts.empty() ? run.plan : run.previous_attempts.front().plan; }

/// The plan of the next attempt, its jobs without ids.
RunPlan next_plan(const Run& run) {
    const auto& first = first_plan(run);
    const auto index = static_cast<std::size_t>(run.attempt - 1);
    auto plan = index < first.on_rerun.size() ? first.on_rerun[index] : first;
    for (auto& job : plan.jobs) job.id = 0;
    for (auto& artifact : plan.artifacts) artifact.id = 0;
    return plan;
}

bool was_good(const State& state) {
    return state.conclusion == "success" || state.conclusion == "skipped" || state.conclusion == "neutral";
}

}  // namespace

Response cancel(const Call& call, Run& run) {
    if (auto refusal = refuse_cancelling(call, run)) return std::move(*refusal);
    if (!run.cancel_asked) run.cancel_asked = call.now;
    return json_response(202, std::string("{}"));
}

Response force_cancel(const Call& call, Run& run) {
    if (auto refusal = refuse_cancelling(call, run)) return std::move(*refusal);
    run.force_cancelled = call.now;
    return json_response(202, std::string("{}"));
}

Response rerun(const Call& call, Run& run, Rerun what, std::int64_t job) {
    if (!call.request.body.empty()) {
        boost::system::error_code error;
        const auto body = boost::json::parse(call.request.body, error);
        if (error) return problem(400, "Problems parsing JSON", documentation);
        if (!body.is_object() && !body.is_null()) return problem(400, "Body should be a JSON object", documentation);
    }
    const bool is_running = run.plan.is_zombie || !run_state(run, call.now).is_completed();
    if (is_running) return problem(403, "This workflow is already running", documentation);
    if (call.now - run.created > oldest) {
        return problem(403, "Unable to retry this workflow run because it was created over a month ago", documentation);
    }
    if (run.attempt >= most_attempts) return problem(403, "This workflow run cannot be retried any more", documentation);

    std::set<std::string> kept;  // jobs that do not run again, by name
    std::set<std::string> rerun_names;
    for (const auto& planned : run.plan.jobs) {
        const bool is_again = what == Rerun::all || (what == Rerun::one_job ? planned.id == job : !was_good(job_state(run, planned, call.now)));
        (is_again ? rerun_names : kept).insert(planned.name);
    }
    if (what == Rerun::failed && rerun_names.empty() && run_state(run, call.now).conclusion == "success") {
        return problem(403, "This workflow run has no failed jobs to rerun", documentation);
    }
    Run previous = run;
    previous.previous_attempts.clear();
    auto plan = next_plan(run);
    for (auto& planned : plan.jobs) {
        if (!kept.contains(planned.name)) continue;
        for (const auto& old : run.plan.jobs) {
            if (old.name == planned.name) planned = old;
        }
        planned.id = 0;
        planned.starts = Milliseconds(0);  // over at once: its result is taken over
        planned.ends = Milliseconds(0);
        for (auto& step : planned.steps) step.starts = step.ends = Milliseconds(0);
    }
    call.world.number(plan);
    run.plan = std::move(plan);
    run.previous_attempts.push_back(std::move(previous));
    run.attempt += 1;
    run.started = call.now;
    run.held = Milliseconds(0);
    run.cancel_asked.reset();
    run.force_cancelled.reset();
    return json_response(201, std::string("{}"));
}

Response review_deployments(const Call& call, Run& run) {
    boost::system::error_code error;
    const auto body = boost::json::parse(call.request.body, error);
    if (error) return problem(400, "Problems parsing JSON", documentation);
    const auto* object = body.if_object();
    if (!object) return problem(400, "Body should be a JSON object", documentation);
    const auto* ids = object->if_contains("environment_ids");
    const auto* state = object->if_contains("state");
    const auto* comment = object->if_contains("comment");
    const bool is_whole = ids && ids->is_array() && state && state->is_string() && comment && comment->is_string();
    if (!is_whole) return problem(422, "Invalid request.\n\n\"environment_ids\", \"state\", \"comment\" weren't supplied.", documentation);
    const bool is_approved = state->as_string() == "approved";
    if (!is_approved && state->as_string() != "rejected") return problem(422, "state must be approved or rejected", documentation);
    if (!is_waiting_for_approval(run, call.now)) return problem(422, "No pending deployment requests to approve or reject", documentation);

    std::set<std::int64_t> chosen;
    for (const auto& id : ids->as_array()) {
        if (id.is_int64()) chosen.insert(id.as_int64());
    }
    auto& pending = run.plan.pending_deployments;
    const auto known = std::ranges::count_if(pending, [&chosen](const auto& one) { return chosen.contains(one.environment_id); });
    if (known == 0) return problem(422, "Environment does not wait for this run", documentation);

    const auto waiting = std::ranges::find(run.plan.timeline, "waiting", &TimelinePoint::status);
    const auto passed = call.now - run.started - run.held;
    if (!is_approved) {
        const auto after = passed;
        run.plan.timeline.erase(waiting + 1, run.plan.timeline.end());
        run.plan.timeline.emplace_back(after, "completed", "failure");
        pending.clear();
        return json_response(200, boost::json::array());
    }
    const auto stood_still = passed - waiting->after;
    std::erase_if(pending, [&chosen](const auto& one) { return chosen.contains(one.environment_id); });
    if (pending.empty()) run.held += stood_still;
    return json_response(200, boost::json::array());
}

}  // namespace kahn::testing
