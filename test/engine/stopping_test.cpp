#include "engine/run_fixture.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/test/unit_test.hpp>

#include <memory>
#include <optional>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;

namespace {

boost::asio::awaitable<std::optional<PipelineJob>> answer_in_an_hour(std::shared_ptr<Clock> clock) {
    try {
        co_await clock->sleep_until(clock->now() + 1h);
    } catch (const boost::system::system_error&) {
        // Told to end: too late for an answer.
    }
    co_return std::nullopt;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(stopping_a_run, RunFixture)

BOOST_AUTO_TEST_CASE(a_job_that_waits_for_what_is_recorded_of_it_is_ended_before_it_starts) {
    RunOptions options;
    options.reuse = [its = clock](const ReuseQuestion&) { return answer_in_an_hour(its); };
    start(pipeline({single("a"), single("b", {"a"})}), options);
    BOOST_TEST(!result);
    control->cancel("SIGINT");
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    BOOST_TEST(job_of(*result, "a").status == PipelineStatus::cancelled);
    BOOST_TEST(job_of(*result, "a").reason.text() == "cancelled: SIGINT");
    BOOST_TEST(job_of(*result, "a").attempts.empty());
    BOOST_TEST(executor->started().empty());
    BOOST_TEST(events->has("job_finished a.a cancelled cancelled: SIGINT"));
}

BOOST_AUTO_TEST_CASE(a_cancelled_run_ends_its_jobs_and_starts_no_more) {
    executor->blocks("a.a");
    start(pipeline({single("a"), single("b", {"a"})}));
    BOOST_TEST(control->cancel("SIGINT"));
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    BOOST_TEST(result->reason.text() == "cancelled: SIGINT");
    BOOST_TEST(job_of(*result, "a").status == PipelineStatus::cancelled);
    BOOST_TEST(stage_of(*result, "b").status == PipelineStatus::cancelled);
    BOOST_TEST(job_of(*result, "b").reason.text() == "cancelled: SIGINT");
    BOOST_TEST(executor->started().size() == 1U);
}

BOOST_AUTO_TEST_CASE(an_always_stage_runs_in_a_cancelled_run_but_not_after_the_second_time) {
    auto clean = single("clean", {"a"});
    clean.conditions.custom = "always()";
    executor->blocks("a.a");
    executor->blocks("clean.clean");
    start(pipeline({single("a"), clean, single("after", {"clean"})}));
    control->cancel("");
    settle();
    BOOST_TEST(executor->is_running("clean.clean"));
    BOOST_TEST(!result);
    BOOST_TEST(!control->cancel(""));
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    BOOST_TEST(job_of(*result, "clean").status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(an_always_stage_that_has_ended_leaves_the_run_cancelled) {
    auto clean = single("clean", {"a"});
    clean.conditions.custom = "always()";
    executor->blocks("a.a");
    start(pipeline({single("a"), clean}));
    control->cancel("");
    settle();
    BOOST_TEST(stage_of(result.value(), "clean").status == PipelineStatus::success);
    BOOST_TEST(result->status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(the_second_cancellation_reaches_a_job_that_resists_the_first) {
    executor->resists("a.a", 2);
    start(pipeline({single("a")}));
    control->cancel("");
    settle();
    BOOST_TEST(executor->cancellations("a.a") == 1);
    control->cancel("");
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(P14_two_cancellations_in_one_instant_are_two) {
    executor->resists("a.a", 2);
    start(pipeline({single("a")}));
    control->cancel("");
    control->cancel("");
    settle();
    for (int i = 0; i < 10 && !result; ++i) advance(1s);
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(at_once_insists_even_with_a_job_that_was_never_asked) {
    auto clean = single("clean");
    clean.conditions.custom = "always()";
    executor->resists("clean.clean", 2);
    start(pipeline({clean}));
    control->cancel("");  // an always() stage goes on
    settle();
    BOOST_TEST(executor->cancellations("clean.clean") == 0);
    control->cancel("");
    settle();
    BOOST_TEST(executor->cancellations("clean.clean") == 1);
    advance(1s);
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(a_cancellation_before_the_run_begins_is_not_lost) {
    executor->blocks("a.a");
    control->cancel("early");
    start(pipeline({single("a")}));
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
    BOOST_TEST(result->reason.detail() == "early");
}

BOOST_AUTO_TEST_CASE(a_terminal_cancellation_of_the_operation_is_a_cancellation_of_the_run) {
    executor->blocks("a.a");
    start(pipeline({single("a")}));
    cancellation.emit(boost::asio::cancellation_type::terminal);
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(a_terminal_cancellation_can_be_repeated) {
    executor->resists("a.a", 2);
    start(pipeline({single("a")}));
    cancellation.emit(boost::asio::cancellation_type::terminal);
    settle();
    BOOST_TEST(!result);
    cancellation.emit(boost::asio::cancellation_type::terminal);
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(P19_a_job_that_is_out_of_time_fails_with_timeout_and_its_attempt_is_ended) {
    auto slow = job("slow");
    slow.timeout = 1s;
    executor->blocks("s.slow");
    start(pipeline({stage("s", {slow})}));
    advance(999ms);
    BOOST_TEST(!result);
    advance(1ms);
    BOOST_TEST(job_of(result.value(), "s").status == PipelineStatus::failure);
    BOOST_TEST(job_of(*result, "s").reason.text() == "timeout");
    BOOST_TEST(executor->cancellations("s.slow") == 1);
}

BOOST_AUTO_TEST_CASE(a_job_that_ended_in_time_is_not_touched_by_its_deadline) {
    auto quick = job("quick");
    quick.timeout = 1s;
    executor->blocks("later.later");
    start(pipeline({stage("s", {quick}), single("later", {"s"})}));
    advance(10s);
    executor->release("later.later");
    settle();
    BOOST_TEST(job_of(result.value(), "s").status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_is_out_of_time_fails_and_cancels_what_is_left) {
    auto slow = pipeline({single("a"), single("b", {"a"})});
    slow.timeout = 5s;
    executor->blocks("a.a");
    start(slow);
    advance(5s);
    BOOST_TEST(result.value().status == PipelineStatus::failure);
    BOOST_TEST(result->reason.text() == "timeout");
    BOOST_TEST(stage_of(*result, "b").status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(a_cancellation_of_a_run_that_is_out_of_time_ends_it_at_once) {
    auto clean = single("clean", {"a"});
    clean.conditions.custom = "always()";
    auto slow = pipeline({single("a"), clean});
    slow.timeout = 5s;
    executor->blocks("a.a");
    executor->blocks("clean.clean");
    start(slow);
    advance(5s);
    BOOST_TEST(executor->is_running("clean.clean"));
    control->cancel("SIGINT");
    settle();
    BOOST_TEST(result.value().reason.text() == "timeout");
    BOOST_TEST(job_of(*result, "clean").status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_is_tried_again_after_its_delay) {
    auto flaky = job("flaky");
    flaky.retry_count = 2;
    flaky.retry_delay = 8s;
    executor->exits("s.flaky", {1, 1, 0});
    start(pipeline({stage("s", {flaky})}));
    BOOST_TEST(executor->started().size() == 1U);
    BOOST_TEST(events->has("job_retried s.flaky exit_code: exit 1"));
    advance(8s);
    BOOST_TEST(executor->started().size() == 2U);
    advance(16s);
    BOOST_TEST(result.value().status == PipelineStatus::success);
    BOOST_TEST(job_of(*result, "s").attempts.size() == 3U);
    BOOST_TEST(job_of(*result, "s").attempts[0].status == PipelineStatus::failure);
    BOOST_TEST(executor->requests()[2].environment.at("KAHN_ATTEMPT") == "3");
}

BOOST_AUTO_TEST_CASE(attempts_end_when_there_are_no_more) {
    auto hopeless = job("hopeless");
    hopeless.retry_count = 1;
    executor->exits("s.hopeless", {7});
    const auto& done = run(pipeline({stage("s", {hopeless})}));
    BOOST_TEST(executor->started().size() == 2U);
    BOOST_TEST(job_of(done, "s").exit_code.value() == 7);
}

BOOST_AUTO_TEST_CASE(a_timeout_is_tried_again) {
    auto slow = job("slow");
    slow.timeout = 1s;
    slow.retry_count = 1;
    executor->blocks("s.slow");
    start(pipeline({stage("s", {slow})}));
    advance(1s);
    BOOST_TEST(events->has("job_retried s.slow timeout"));
    BOOST_TEST(executor->started().size() == 2U);
    executor->release("s.slow");
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(a_cancellation_while_a_retry_waits_ends_the_job) {
    auto flaky = job("flaky");
    flaky.retry_count = 5;
    flaky.retry_delay = 60s;
    executor->exits("s.flaky", {1});
    start(pipeline({stage("s", {flaky})}));
    control->cancel("");
    settle();
    BOOST_TEST(job_of(result.value(), "s").status == PipelineStatus::cancelled);
    BOOST_TEST(job_of(*result, "s").attempts.at(0).status == PipelineStatus::failure);  // that is how it ended
    BOOST_TEST(executor->started().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_context_that_is_destroyed_in_the_middle_of_a_run_ends_it_for_everybody_else) {
    auto other = std::make_unique<RunFixture>();
    other->executor->blocks("a.a");
    other->start(pipeline({single("a"), single("b", {"a"})}));
    const auto its_control = other->control;
    other.reset();
    BOOST_TEST(!its_control->cancel(""));  // there is nothing left to cancel
}

BOOST_AUTO_TEST_SUITE_END()
