// Histories whose figures were worked out on paper, from the store to what is told.

#include <kahn/monitor/pipeline_monitor.hpp>
#include <kahn/store/store.hpp>

#include "support/manual_clock.hpp"
#include "support/records.hpp"
#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace kahn::test {
namespace {

constexpr auto passed = PipelineStatus::success;
constexpr auto failed = PipelineStatus::failure;
constexpr auto stopped = PipelineStatus::cancelled;
const auto exactly = boost::test_tools::tolerance(1e-12);

struct Paper {
    TemporaryDirectory workspace;
    std::shared_ptr<ManualClock> clock = std::make_shared<ManualClock>();
    PipelineMonitor monitor{workspace.path(), options()};

    MonitorOptions options() const {
        MonitorOptions options;
        options.clock = clock;
        return options;
    }
    /// `seconds` after the beginning of the history, which is an hour ago.
    SystemTime time(double seconds) const {
        return clock->system_now() - std::chrono::hours{1} + std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(seconds));
    }
    RunRecord run(const std::string& id, PipelineStatus status, double start, double length, std::vector<PipelineJob> jobs) const {
        RunRecord out = record(id, status, {stage("test", std::move(jobs))}, length);
        out.pipeline.name = "p";
        out.pipeline.start_time = time(start);
        out.pipeline.end_time = time(start + length);
        return out;
    }
    void put(const std::string& id, PipelineStatus status, double start, double length, std::vector<PipelineJob> jobs) const {
        monitor.store()->put(run(id, status, start, length, std::move(jobs)));
    }
    static PipelineJob unit(PipelineStatus status, double length) { return ran("unit", status, 0, length); }
    static PipelineJob lint() { return ran("lint", passed, 0, 1); }
    static PipelineJob not_started(const std::string& name, PipelineStatus status) {
        PipelineJob out = job(name);
        out.status = status;
        return out;
    }
    /// Nine runs, 100 s apart: ok, failed, cancelled, interrupted, failed on each retry, ok on a retry, failed, ok, failed.
    void put_nine() const {
        put("01N1", passed, 0, 10, {unit(passed, 4), lint()});
        put("01N2", failed, 100, 20, {unit(failed, 5), lint()});
        put("01N3", stopped, 200, 5, {not_started("unit", stopped), lint()});
        {
            store::Store engine(workspace.path());  // that is killed
            RunRecord running = run("01N4", PipelineStatus::running, 300, 0, {unit(failed, 1), lint()});
            running.pipeline.end_time.reset();
            engine.put(running);
        }
        put("01N5", failed, 400, 30, {ran("unit", {attempt(1, failed, 0, 2), attempt(2, failed, 3, 2)}), lint()});
        put("01N6", passed, 500, 40, {ran("unit", {attempt(1, failed, 0, 2), attempt(2, passed, 3, 3)}), lint()});
        put("01N7", failed, 600, 50, {unit(failed, 5), not_started("lint", PipelineStatus::skipped)});
        put("01N8", passed, 700, 60, {unit(passed, 8), lint()});
        put("01N9", failed, 800, 70, {unit(failed, 5), lint()});
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(on_paper, Paper)

BOOST_AUTO_TEST_CASE(health_of_nine_runs_with_a_cancelled_and_an_interrupted_one) {
    put_nine();
    const auto health = monitor.get_pipeline_health("p");
    // Verdicts: 1, 2, 5, 6, 7, 8, 9. Four of seven failed, the last one among them.
    BOOST_TEST(health.runs == 7U);
    BOOST_TEST(health.succeeded_runs == 3U);
    BOOST_TEST(*health.run_success_rate == 300.0 / 7, exactly);
    BOOST_TEST((health.status == HealthStatus::failing));
    BOOST_TEST(health.explanation == "4 of the last 7 runs failed");
    // Jobs of these: unit 3 of 7, lint 6 of 6.
    BOOST_TEST(*health.success_rate == 900.0 / 13, exactly);
    // 10, 20, 30, 40, 50, 60, 70 s: p95 at rank 5.7 is 60 + 0.7 x 10.
    BOOST_TEST((*health.average_duration == seconds(40)));
    BOOST_TEST((*health.p50_duration == seconds(40)));
    BOOST_TEST((*health.p95_duration == seconds(67)));
    // From the end of 2 (120 s) to that of 6 (540 s), and from that of 7 (650 s) to that of 8 (760 s): 420 and 110 s.
    BOOST_TEST((*health.recovery_time == seconds(265)));
    BOOST_REQUIRE(health.failing_since);
    BOOST_TEST(health.failing_since->run == "01N9");
    BOOST_TEST(health.failing_since->runs == 1U);
    BOOST_TEST(!health.failing_since->is_beyond);
    BOOST_TEST(health.last_execution->id == "01N9");
    BOOST_TEST(health.active_executions.empty());
    std::vector<std::string> failures;
    for (const RunOutcome& run : health.recent_failures) failures.push_back(run.id);
    BOOST_TEST(failures == (std::vector<std::string>{"01N9", "01N7", "01N5", "01N2"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_jobs_of_nine_runs) {
    put_nine();
    const auto history = monitor.compute_report("01N9", ReportType::quality).history;
    BOOST_TEST(history.runs.size() == 8U);  // all that ended
    BOOST_REQUIRE_EQUAL(history.jobs.size(), 2U);
    const JobHistory& unit = history.jobs[0];
    BOOST_TEST(unit.job == "unit");
    BOOST_TEST(unit.executed == 7U);  // not in 3, where it was cancelled
    BOOST_TEST(unit.passed == 3U);
    BOOST_TEST(unit.retried == 2U);
    BOOST_TEST(unit.passed_on_retry == 1U);
    BOOST_TEST(unit.is_flaky());
    // 4, 6 (both attempts and the second between them) and 8 s: p95 at rank 1.9 is 6 + 0.9 x 2.
    BOOST_TEST(unit.durations.samples == 3U);
    BOOST_TEST((unit.durations.p50 == seconds(6)));
    BOOST_TEST((unit.durations.p95 == seconds(7.8)));
    BOOST_TEST(unit.failing_since->run == "01N9");
    const JobHistory& lint = history.jobs[1];
    BOOST_TEST(lint.executed == 7U);  // in 3 too, which was cancelled later, but not in 7, where it was skipped
    BOOST_TEST(lint.passed == 7U);
    BOOST_TEST(!lint.is_flaky());
    BOOST_TEST(!lint.failing_since);
    // Runs that passed: 10, 40, 60 s.
    BOOST_TEST((history.durations.p50 == seconds(40)));
    BOOST_TEST((*history.recovery_time == seconds(265)));
}

BOOST_AUTO_TEST_CASE(a_report_on_a_run_in_the_middle_knows_nothing_of_what_came_after) {
    put_nine();
    const auto report = monitor.compute_report("01N6", ReportType::quality);
    BOOST_TEST(report.history.runs.size() == 5U);  // 6, 5, 3, 2, 1
    BOOST_TEST((*report.history.recovery_time == seconds(420)));
    BOOST_TEST(!report.history.failing_since);
    BOOST_TEST(report.metrics.retries == 1U);
    BOOST_TEST(*report.metrics.success_rate == 100.0);
}

BOOST_AUTO_TEST_CASE(the_sums_of_nine_runs) {
    put_nine();
    const auto totals = monitor.get_metrics_summary(1).current;
    BOOST_TEST(totals.total_runs == 8U);  // the interrupted one has not ended
    BOOST_TEST(totals.successful_runs == 3U);
    BOOST_TEST(totals.failed_runs == 4U);
    BOOST_TEST(totals.cancelled_runs == 1U);
    BOOST_TEST((*totals.average_duration == seconds(40)));  // 280 / 7: how long it took until one was cancelled says nothing
    BOOST_TEST(totals.executed_jobs == 14U);  // 13 of those with a verdict, and lint of the cancelled one
    BOOST_TEST(*totals.success_rate == 1000.0 / 14, exactly);
    BOOST_TEST(*totals.run_success_rate == 300.0 / 7, exactly);
}

BOOST_AUTO_TEST_CASE(fewer_than_five_verdicts_have_figures_but_no_verdict) {
    put("01A", failed, 0, 10, {unit(failed, 1)});
    put("01B", stopped, 100, 10, {unit(stopped, 1)});
    put("01C", passed, 200, 30, {unit(passed, 1)});
    put("01D", failed, 300, 20, {unit(failed, 1)});
    const auto health = monitor.get_pipeline_health("p");
    BOOST_TEST((health.status == HealthStatus::unknown));
    BOOST_TEST(health.explanation == "only 3 runs ended with success or failure; a verdict needs 5");
    BOOST_TEST(*health.success_rate == 100.0 / 3, exactly);
    BOOST_TEST((*health.p50_duration == seconds(20)));
    BOOST_TEST((*health.p95_duration == seconds(29)));          // rank 1.9: 20 + 0.9 x 10
    BOOST_TEST((*health.recovery_time == seconds(220)));        // 230 - 10
    BOOST_TEST(health.failing_since->run == "01D");
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_was_only_ever_cancelled_has_no_figures) {
    put("01A", stopped, 0, 10, {not_started("unit", stopped)});
    const auto health = monitor.get_pipeline_health("p");
    BOOST_TEST((health.status == HealthStatus::unknown));
    BOOST_TEST(!health.success_rate);
    BOOST_TEST(!health.average_duration);
    BOOST_TEST(!health.recovery_time);
    BOOST_TEST(health.last_execution->id == "01A");
    const auto totals = monitor.get_metrics_summary(1).current;
    BOOST_TEST(totals.total_runs == 1U);
    BOOST_TEST(!totals.success_rate);
    BOOST_TEST(!totals.run_success_rate);
}

BOOST_AUTO_TEST_CASE(a_recovery_takes_no_less_than_no_time) {
    // The second run began and ended while the first, which failed, went on; or the clock was set back.
    put("01A", failed, 0, 100, {unit(failed, 1)});
    put("01B", passed, 10, 20, {unit(passed, 1)});
    BOOST_TEST((*monitor.get_pipeline_health("p").recovery_time == seconds(0)));
}

BOOST_AUTO_TEST_CASE(a_run_that_ended_before_it_began_took_as_long_as_it_took) {
    RunRecord odd = run("01A", passed, 100, 5, {unit(passed, 1)});
    odd.pipeline.end_time = time(40);  // the clock was set back a minute and five seconds
    monitor.store()->put(odd);
    for (int i = 0; i < 4; ++i) put("01B" + std::to_string(i), passed, 200 + 10 * i, 5, {unit(passed, 1)});
    const auto health = monitor.get_pipeline_health("p");
    BOOST_TEST((health.status == HealthStatus::healthy));
    BOOST_TEST((*health.average_duration == seconds(5)));
    BOOST_TEST((*health.p95_duration == seconds(5)));
    BOOST_TEST((monitor.compute_report("01A").metrics.duration == seconds(5)));
}

BOOST_AUTO_TEST_CASE(the_newest_run_is_the_one_that_began_last_by_the_clock_whatever_came_first) {
    put("01LATE", failed, 500, 10, {unit(failed, 1)});
    put("01EARLY", passed, 400, 10, {unit(passed, 1)});  // recorded later, by a clock that was set back
    const auto health = monitor.get_pipeline_health("p");
    BOOST_TEST(health.last_execution->id == "01LATE");
    BOOST_TEST(health.failing_since->run == "01LATE");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
