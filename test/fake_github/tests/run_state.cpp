#include "fake_github/run_state.hpp"

#include <boost/test/unit_test.hpp>

namespace {

using namespace kahn::testing;
using namespace std::chrono_literals;

Run new_run() {
    Run run;
    run.plan.jobs = {JobPlan("build", 1s, 3s), JobPlan("report", 2s, 60s)};
    run.plan.jobs[0].steps = {StepPlan("Set up job", 1s, 2s), StepPlan("make", 2s, 3s)};
    return run;
}

BOOST_AUTO_TEST_SUITE(run_states)

BOOST_AUTO_TEST_CASE(a_run_follows_its_timeline) {
    const auto run = new_run();
    BOOST_TEST(run_state(run, 0ms).status == "queued");
    BOOST_TEST(run_state(run, 999ms).status == "queued");
    BOOST_TEST(run_state(run, 1s).status == "in_progress");
    const auto end = run_state(run, 3s);
    BOOST_TEST(end.status == "completed");
    BOOST_TEST(end.conclusion == "success");
    BOOST_CHECK(end.completed == Milliseconds(3s));
}

BOOST_AUTO_TEST_CASE(jobs_and_steps_follow_theirs_and_end_with_the_run) {
    const auto run = new_run();
    const auto& build = run.plan.jobs[0];
    BOOST_TEST(job_state(run, build, 500ms).status == "queued");
    BOOST_TEST(step_state(run, build, build.steps[1], 1500ms).status == "queued");
    BOOST_TEST(step_state(run, build, build.steps[0], 1500ms).status == "in_progress");
    BOOST_TEST(job_state(run, build, 3s).conclusion == "success");
    BOOST_TEST(job_state(run, run.plan.jobs[1], 3s).status == "completed");
}

BOOST_AUTO_TEST_CASE(cancelling_takes_effect_after_its_delay) {
    auto run = new_run();
    run.cancel_asked = 500ms;
    BOOST_TEST(run_state(run, 2499ms).status == "in_progress");
    BOOST_TEST(run_state(run, 2500ms).conclusion == "cancelled");
    BOOST_TEST(job_state(run, run.plan.jobs[0], 10s).conclusion == "cancelled");
}

BOOST_AUTO_TEST_CASE(a_run_that_ends_before_the_cancelling_keeps_its_conclusion) {
    auto run = new_run();
    run.cancel_asked = 2s;  // effect at 4 s
    BOOST_TEST(run_state(run, 10s).conclusion == "success");
}

BOOST_AUTO_TEST_CASE(a_job_that_is_always_to_run_holds_a_cancelled_run_open) {
    auto run = new_run();
    run.plan.jobs[1].always = true;
    run.cancel_asked = 0ms;
    BOOST_TEST(run_state(run, 30s).status == "in_progress");
    BOOST_TEST(job_state(run, run.plan.jobs[0], 30s).conclusion == "cancelled");
    BOOST_TEST(run_state(run, 60s).conclusion == "cancelled");
    BOOST_TEST(job_state(run, run.plan.jobs[1], 60s).conclusion == "success");
}

BOOST_AUTO_TEST_CASE(force_cancelling_ends_that_job_too) {
    auto run = new_run();
    run.plan.jobs[1].always = true;
    run.cancel_asked = 0ms;
    run.force_cancelled = 10s;
    BOOST_TEST(run_state(run, 9s).status == "in_progress");
    BOOST_TEST(run_state(run, 10s).conclusion == "cancelled");
    BOOST_TEST(job_state(run, run.plan.jobs[1], 10s).conclusion == "cancelled");
}

BOOST_AUTO_TEST_CASE(five_minutes_after_the_request_everything_ends) {
    auto run = new_run();
    run.plan.jobs[1].always = true;
    run.plan.jobs[1].ends = 1h;
    run.cancel_asked = 1s;
    BOOST_TEST(run_state(run, 300s).status == "in_progress");
    BOOST_TEST(run_state(run, 301s).conclusion == "cancelled");
}

BOOST_AUTO_TEST_CASE(time_stands_still_while_approval_is_wanted_and_a_waiting_run_can_be_cancelled) {
    auto run = new_run();
    run.plan.timeline = {TimelinePoint(0ms, "waiting"), TimelinePoint(1s, "queued"), TimelinePoint(2s, "completed", "success")};
    run.plan.pending_deployments = {PendingDeployment(7, "production", {"boss"})};
    BOOST_TEST(run_state(run, 1h).status == "waiting");
    BOOST_TEST(is_waiting_for_approval(run, 1h));
    run.cancel_asked = 1h;
    BOOST_TEST(run_state(run, 1h + 2s).conclusion == "cancelled");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
