#include "engine/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(suspended_runs, RunFixture)

BOOST_AUTO_TEST_CASE(P16_the_timeout_of_a_job_does_not_pass_while_its_run_stands_still) {
    auto slow = job("slow");
    slow.timeout = 10s;
    executor->blocks("s.slow");
    start(pipeline({stage("s", {slow})}));
    advance(9s);
    BOOST_TEST(control->suspend());
    advance(1h);
    BOOST_TEST(executor->cancellations("s.slow") == 0);
    BOOST_TEST(control->resume());
    settle();
    advance(999ms);
    BOOST_TEST(executor->cancellations("s.slow") == 0);
    advance(1ms);
    BOOST_TEST(job_of(result.value(), "s").reason.text() == "timeout");
    BOOST_TEST(executor->cancellations("s.slow") == 1);
}

BOOST_AUTO_TEST_CASE(P16_nor_does_that_of_the_pipeline) {
    auto slow = pipeline({single("a")});
    slow.timeout = 10s;
    executor->blocks("a.a");
    start(slow);
    for (int i = 0; i < 3; ++i) {
        advance(3s);
        control->suspend();
        advance(1min);
        control->resume();
        settle();
    }
    BOOST_TEST(!result);
    advance(1s);
    BOOST_TEST(result.value().reason.text() == "timeout");
}

BOOST_AUTO_TEST_CASE(durations_leave_it_out_and_the_clock_on_the_wall_does_not) {
    executor->blocks("a.a");
    start(pipeline({single("a")}));
    advance(2s);
    control->suspend();
    advance(1h);
    control->resume();
    advance(3s);
    executor->release("a.a");
    settle();
    const PipelineJob& job = job_of(result.value(), "a");
    BOOST_TEST((job.duration == 5s));
    BOOST_TEST((job.attempts.at(0).duration == 5s));
    BOOST_TEST((result->duration == 5s));
    BOOST_TEST((*result->end_time - *result->start_time == 1h + 5s));
    BOOST_TEST((*job.end_time - *job.start_time == 1h + 5s));
}

BOOST_AUTO_TEST_CASE(a_retry_waits_for_its_delay_without_it) {
    auto flaky = job("flaky");
    flaky.retry_count = 1;
    flaky.retry_delay = 8s;
    executor->exits("s.flaky", {1, 0});
    start(pipeline({stage("s", {flaky})}));
    control->suspend();
    advance(1h);
    BOOST_TEST(executor->started().size() == 1U);
    control->resume();
    settle();
    BOOST_TEST(executor->started().size() == 1U);
    advance(8s);
    BOOST_TEST(result.value().status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(a_job_that_ends_meanwhile_has_ended_and_what_comes_after_it_waits) {
    executor->blocks("a.a");
    start(pipeline({single("a"), single("b", {"a"})}));
    control->suspend();
    executor->release("a.a");
    settle();
    BOOST_TEST(events->has("job_finished a.a success"));
    BOOST_TEST(executor->started().size() == 1U);
    BOOST_TEST(!events->has("job_started b.b 1"));
    control->resume();
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(a_run_that_is_to_stand_still_from_the_beginning_does) {
    control->suspend();
    start(pipeline({single("a")}));
    advance(1h);
    BOOST_TEST(executor->started().empty());
    control->resume();
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::success);
    BOOST_TEST((result->duration == 0s));
}

BOOST_AUTO_TEST_CASE(who_cancels_a_run_that_stands_still_lets_it_go_on_to_its_end) {
    executor->blocks("a.a");
    start(pipeline({single("a"), single("b", {"a"})}));
    control->suspend();
    BOOST_TEST(control->cancel("SIGTERM"));
    BOOST_TEST(!control->resume());
    settle();
    BOOST_TEST(result.value().reason.text() == "cancelled: SIGTERM");
}

BOOST_AUTO_TEST_CASE(a_job_that_waits_to_begin_is_cancelled_without_having_begun) {
    control->suspend();
    start(pipeline({single("a")}));
    control->cancel("");
    settle();
    BOOST_TEST(job_of(result.value(), "a").status == PipelineStatus::cancelled);
    BOOST_TEST(executor->started().empty());
}

BOOST_AUTO_TEST_CASE(the_executor_is_told_with_what_a_job_stands_still) {
    run(pipeline({single("a")}));
    BOOST_TEST((executor->requests().at(0).suspension == control->suspension()));
}

BOOST_AUTO_TEST_CASE(a_run_that_is_over_cannot_be_suspended) {
    run(pipeline({single("a")}));
    BOOST_TEST(!control->suspend());
    BOOST_TEST(!control->resume());
    BOOST_TEST(!control->suspension()->is_suspended());
}

BOOST_AUTO_TEST_CASE(a_context_that_is_destroyed_while_its_run_stands_still_leaves_nobody_to_wake) {
    auto other = std::make_unique<RunFixture>();
    other->executor->blocks("a.a");
    other->start(pipeline({single("a"), single("b")}));
    const auto its_control = other->control;
    its_control->suspend();
    other->advance(24h);  // whoever slept waits for the run to go on now
    other.reset();
    BOOST_TEST(!its_control->resume());
}

BOOST_AUTO_TEST_SUITE_END()
