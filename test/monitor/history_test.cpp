#include "monitor/history.hpp"
#include "monitor/metrics.hpp"

#include "support/records.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using monitor::measure;
using monitor::pipeline_history;
constexpr auto passed = PipelineStatus::success;
constexpr auto failed = PipelineStatus::failure;

/// A run of one job `unit` of stage `test`.
RunRecord unit_run(std::string id, PipelineStatus status, std::string commit = {}, std::string digest = "d", double length = 1) {
    PipelineJob job = ran("unit", status, 0, length);
    job.digest = std::move(digest);
    RunRecord out = record(std::move(id), status, {stage("test", {job})}, length);
    out.origin.commit = std::move(commit);
    return out;
}

JobHistory unit_of(std::vector<RunRecord> newest_first) {
    const auto history = pipeline_history(newest_first);
    BOOST_REQUIRE_EQUAL(history.jobs.size(), 1U);
    return history.jobs[0];
}

}  // namespace

BOOST_AUTO_TEST_SUITE(history)

BOOST_AUTO_TEST_CASE(no_runs_make_no_history) {
    const auto history = pipeline_history({});
    BOOST_TEST(history.runs.empty());
    BOOST_TEST(history.jobs.empty());
    BOOST_TEST(history.durations.samples == 0U);
    BOOST_TEST(!history.failing_since);
    BOOST_TEST(!history.recovery_time);
}

BOOST_AUTO_TEST_CASE(a_job_that_changes_its_verdict_on_one_commit_is_flaky) {
    const auto job = unit_of({unit_run("3", passed, "abc"), unit_run("2", failed, "abc"), unit_run("1", passed, "abc")});
    BOOST_TEST(job.is_flaky());
    BOOST_TEST(job.changed_verdict == 1U);
    BOOST_TEST(job.executed == 3U);
    BOOST_TEST(job.passed == 2U);
}

BOOST_AUTO_TEST_CASE(a_job_that_changes_its_verdict_with_the_commit_is_not) {
    BOOST_TEST(!unit_of({unit_run("2", passed, "def"), unit_run("1", failed, "abc")}).is_flaky());
}

BOOST_AUTO_TEST_CASE(a_job_that_changes_its_verdict_with_its_definition_is_not) {
    BOOST_TEST(!unit_of({unit_run("2", passed, "abc", "new"), unit_run("1", failed, "abc", "old")}).is_flaky());
}

BOOST_AUTO_TEST_CASE(without_a_commit_nothing_is_claimed) {
    BOOST_TEST(!unit_of({unit_run("2", passed), unit_run("1", failed)}).is_flaky());
}

BOOST_AUTO_TEST_CASE(a_job_that_passes_on_a_retry_is_flaky) {
    const auto job = unit_of({record("1", passed, {stage("test", {ran("unit", {attempt(1, failed, 0, 1), attempt(2, passed, 2, 1)})})})});
    BOOST_TEST(job.is_flaky());
    BOOST_TEST(job.passed_on_retry == 1U);
    BOOST_TEST(job.retried == 1U);
}

BOOST_AUTO_TEST_CASE(a_job_that_fails_on_every_retry_is_broken_and_not_flaky) {
    const auto job = unit_of({record("1", failed, {stage("test", {ran("unit", {attempt(1, failed, 0, 1), attempt(2, failed, 2, 1)})})})});
    BOOST_TEST(!job.is_flaky());
    BOOST_TEST(job.retried == 1U);
    BOOST_TEST(job.failing_since->run == "1");
}

BOOST_AUTO_TEST_CASE(only_successes_make_a_jobs_usual_duration) {
    const auto job = unit_of({unit_run("3", failed, "", "d", 100), unit_run("2", passed, "", "d", 4), unit_run("1", passed, "", "d", 2)});
    BOOST_TEST(job.durations.samples == 2U);
    BOOST_TEST((job.durations.p50 == seconds(3)));
    BOOST_TEST(job.failing_since->run == "3");
    BOOST_TEST(!job.failing_since->is_beyond);
}

BOOST_AUTO_TEST_CASE(a_job_that_was_taken_over_from_another_run_did_not_run) {
    auto later = unit_run("2", passed);
    later.pipeline.stages[0].jobs[0].reused_from = "1";
    BOOST_TEST(unit_of({later, unit_run("1", passed)}).executed == 1U);
}

BOOST_AUTO_TEST_CASE(skipped_and_cancelled_jobs_were_not_executed) {
    PipelineJob skipped = job("unit");
    skipped.status = PipelineStatus::skipped;
    const auto history = unit_of({record("1", failed, {stage("test", {skipped})})});
    BOOST_TEST(history.executed == 0U);
    BOOST_TEST(!history.failing_since);
}

BOOST_AUTO_TEST_CASE(a_run_that_goes_on_is_not_history) {
    BOOST_TEST(pipeline_history(std::vector<RunRecord>{record("1", PipelineStatus::running, {stage("a", {})})}).runs.empty());
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(metrics)

BOOST_AUTO_TEST_CASE(success_rate_is_over_jobs_that_were_executed) {
    PipelineJob skipped = job("c");
    skipped.status = PipelineStatus::skipped;
    PipelineJob cancelled = job("d");
    cancelled.status = PipelineStatus::cancelled;
    const auto metrics = measure(record("1", failed, {stage("s", {ran("a", passed), ran("b", failed), skipped, cancelled, ran("e", passed)})}));
    BOOST_TEST(metrics.total_jobs == 5U);
    BOOST_TEST(metrics.executed_jobs == 3U);
    BOOST_TEST(*metrics.success_rate == 200.0 / 3.0, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(metrics.skipped_jobs == 1U);
    BOOST_TEST(metrics.cancelled_jobs == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_without_jobs_has_no_rate) {
    const auto metrics = measure(record("1", passed, {stage("s", {})}));
    BOOST_TEST(!metrics.success_rate);
    BOOST_TEST(metrics.peak_workers == 0U);
    BOOST_TEST(metrics.job_durations.samples == 0U);
}

BOOST_AUTO_TEST_CASE(worker_use_is_work_over_what_the_workers_could_have_done) {
    // Two at once for 5 s, then one for 5 s: 15 s of work in 10 s.
    RunRecord run = record("1", passed, {stage("s", {ran("a", passed, 0, 5), ran("b", passed, 0, 10, 0.5)})}, 10);
    BOOST_TEST(*measure(run).worker_use == 75.0);  // of the two that were needed
    BOOST_TEST(measure(run).peak_workers == 2U);
    run.max_workers = 3;
    BOOST_TEST(*measure(run).worker_use == 50.0);
    BOOST_TEST((measure(run).work == seconds(15)));
    BOOST_TEST((measure(run).queue_times.maximum == seconds(0.5)));
}

BOOST_AUTO_TEST_CASE(the_critical_path_is_as_long_as_its_jobs) {
    RunRecord run = record("1", passed, {stage("a", {ran("x", passed, 0, 2), ran("y", passed, 0, 3)}), stage("b", {ran("x", passed, 3, 4)})}, 7);
    run.critical_path = {"y", "b.x"};
    BOOST_TEST((measure(run).critical_path == seconds(7)));
}

BOOST_AUTO_TEST_CASE(tests_of_all_jobs_are_added_up) {
    PipelineJob a = ran("a", failed);
    a.tests.emplace();
    a.tests->total = 10;
    a.tests->failed = 2;
    a.tests->skipped = 1;
    a.tests->flaky_names = {"s.t"};
    PipelineJob b = ran("b", passed);
    b.tests.emplace();
    b.tests->total = 5;
    b.tests->flaky_names = {"s.t", "s.a"};
    const auto metrics = measure(record("1", failed, {stage("s", {a, b})}));
    BOOST_TEST(metrics.tests == 15U);
    BOOST_TEST(metrics.failed_tests == 2U);
    BOOST_TEST(metrics.skipped_tests == 1U);
    BOOST_TEST(metrics.flaky_tests == (std::vector<std::string>{"s.a", "s.t"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(retries_are_attempts_beyond_the_first) {
    BOOST_TEST(measure(record("1", passed, {stage("s", {ran("a", {attempt(1, failed, 0, 1), attempt(2, failed, 1, 1), attempt(3, passed, 2, 1)})})})).retries == 2U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
