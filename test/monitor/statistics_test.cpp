#include "monitor/duration_statistics.hpp"
#include "monitor/health.hpp"
#include "monitor/streaks.hpp"
#include "monitor/trends.hpp"

#include "support/records.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using namespace monitor;
using std::chrono::nanoseconds;
constexpr auto passed = PipelineStatus::success;
constexpr auto failed = PipelineStatus::failure;
constexpr auto stopped = PipelineStatus::cancelled;

/// `.` a success, `x` a failure, `c` cancelled; the newest first. Run n takes n + 1 seconds and starts 100 n seconds earlier than the newest.
std::vector<RunOutcome> runs(std::string_view picture) {
    std::vector<RunOutcome> out;
    for (const char c : picture) {
        const auto n = static_cast<double>(out.size());
        const auto status = c == '.' ? passed : c == 'x' ? failed : stopped;
        out.push_back(outcome("r" + std::to_string(out.size()), status, 1e6 - 100 * n, n + 1));
    }
    return out;
}

HealthStatus health_of(std::string_view picture) { return judge_health("p", runs(picture)).status; }

}  // namespace

BOOST_AUTO_TEST_SUITE(statistics)

BOOST_AUTO_TEST_CASE(percentiles_interpolate_between_the_closest_ranks) {
    const std::vector<nanoseconds> four{nanoseconds(10), nanoseconds(20), nanoseconds(30), nanoseconds(40)};
    BOOST_TEST((quantile(four, 0) == nanoseconds(10)));
    BOOST_TEST((quantile(four, 1) == nanoseconds(40)));
    BOOST_TEST((quantile(four, 0.5) == nanoseconds(25)));  // rank 1.5: halfway from 20 to 30
    BOOST_TEST((quantile(four, 0.9) == nanoseconds(37)));  // rank 2.7: 30 + 0.7 x 10
}

BOOST_AUTO_TEST_CASE(a_sample_of_one_is_its_own_percentile) {
    const auto figures = duration_statistics({seconds(7)});
    BOOST_TEST(figures.samples == 1U);
    BOOST_TEST((figures.p50 == seconds(7)));
    BOOST_TEST((figures.p95 == seconds(7)));
    BOOST_TEST((figures.mean == seconds(7)));
}

BOOST_AUTO_TEST_CASE(durations_of_nothing_are_no_sample) {
    BOOST_TEST((duration_statistics({}) == DurationStatistics()));
}

BOOST_AUTO_TEST_CASE(durations_may_come_in_any_order) {
    // 1..20 s: p50 at rank 9.5 is 10.5 s, p95 at rank 18.05 is 19.05 s, the mean is 10.5 s
    std::vector<nanoseconds> sample;
    for (const int n : {20, 3, 17, 1, 9, 12, 5, 14, 2, 19, 8, 11, 6, 16, 4, 13, 7, 18, 10, 15}) sample.push_back(seconds(n));
    const auto figures = duration_statistics(sample);
    BOOST_TEST((figures.minimum == seconds(1)));
    BOOST_TEST((figures.maximum == seconds(20)));
    BOOST_TEST((figures.p50 == seconds(10.5)));
    BOOST_TEST((figures.p95 == seconds(19.05)));
    BOOST_TEST((figures.mean == seconds(10.5)));
}

BOOST_AUTO_TEST_CASE(the_mean_of_long_durations_does_not_overflow) {
    const nanoseconds century = std::chrono::hours(24 * 365 * 100);
    BOOST_TEST((duration_statistics({century, century, century, century}).mean == century));
}

BOOST_AUTO_TEST_CASE(the_rate_of_nothing_is_not_made_up) {
    BOOST_TEST(!rate(0, 0));
    BOOST_TEST(*rate(0, 4) == 0.0);
    BOOST_TEST(*rate(3, 4) == 75.0);
    BOOST_TEST(*rate(4, 4) == 100.0);
}

BOOST_AUTO_TEST_CASE(failing_since_is_the_first_failure_after_the_last_success) {
    const auto streak = failing_since(runs("xx.x"));
    BOOST_REQUIRE(streak);
    BOOST_TEST(streak->run == "r1");
    BOOST_TEST(streak->runs == 2U);
    BOOST_TEST((*streak->time == at(1e6 - 100)));
    BOOST_TEST(!streak->is_beyond);
}

BOOST_AUTO_TEST_CASE(a_cancelled_run_neither_ends_nor_lengthens_a_streak) {
    const auto streak = failing_since(runs("cxcx.x"));
    BOOST_REQUIRE(streak);
    BOOST_TEST(streak->run == "r3");
    BOOST_TEST(streak->runs == 2U);
}

BOOST_AUTO_TEST_CASE(a_streak_without_a_known_success_may_be_longer) {
    const auto streak = failing_since(runs("xx"));
    BOOST_REQUIRE(streak);
    BOOST_TEST(streak->is_beyond);
}

BOOST_AUTO_TEST_CASE(what_passes_or_never_ran_is_not_failing) {
    BOOST_TEST(!failing_since(runs("")));
    BOOST_TEST(!failing_since(runs("c")));
    BOOST_TEST(!failing_since(runs(".xx")));
}

BOOST_AUTO_TEST_CASE(recovery_time_is_from_the_end_of_the_first_failure_to_the_end_of_the_next_success) {
    std::vector<RunOutcome> history{outcome("e", passed, 1000, 10), outcome("d", failed, 900, 10), outcome("c", passed, 500, 10),
                                    outcome("b", failed, 300, 10), outcome("a", failed, 100, 10)};
    // a broke at 110, c healed at 510: 400 s. d broke at 910, e healed at 1010: 100 s.
    BOOST_TEST((*recovery_time(history) == seconds(250)));
}

BOOST_AUTO_TEST_CASE(a_failure_that_goes_on_is_no_recovery) {
    BOOST_TEST(!recovery_time(runs("xx..")));
    BOOST_TEST(!recovery_time(runs("....")));
    BOOST_TEST(!recovery_time(runs("")));
    BOOST_TEST(!recovery_time(runs("c")));
}

BOOST_AUTO_TEST_CASE(fewer_than_five_verdicts_are_no_verdict) {
    const auto health = judge_health("p", runs("xxxx"));
    BOOST_TEST((health.status == HealthStatus::unknown));
    BOOST_TEST(health.explanation == "only 4 runs ended with success or failure; a verdict needs 5");
    BOOST_TEST(health.runs == 4U);
    BOOST_TEST(*health.run_success_rate == 0.0);  // what is known is told all the same
}

BOOST_AUTO_TEST_CASE(an_empty_history_has_no_figures) {
    const auto health = judge_health("p", runs(""));
    BOOST_TEST((health.status == HealthStatus::unknown));
    BOOST_TEST(health.explanation == "no run has ended with success or failure; a verdict needs 5");
    BOOST_TEST(!health.success_rate);
    BOOST_TEST(!health.run_success_rate);
    BOOST_TEST(!health.average_duration);
    BOOST_TEST(!health.p95_duration);
    BOOST_TEST(!health.last_execution);
    BOOST_TEST(!health.failing_since);
    BOOST_TEST(health.recent_failures.empty());
}

BOOST_AUTO_TEST_CASE(cancelled_runs_are_no_verdicts_but_the_last_one_is_shown) {
    const auto health = judge_health("p", runs("ccccc...."));
    BOOST_TEST((health.status == HealthStatus::unknown));
    BOOST_TEST(health.last_execution->id == "r0");
    BOOST_TEST(health.runs == 4U);
}

BOOST_AUTO_TEST_CASE(health_follows_the_stated_rule) {
    BOOST_TEST((health_of(".....") == HealthStatus::healthy));
    BOOST_TEST((health_of(".........x") == HealthStatus::healthy));   // 1 in 10
    BOOST_TEST((health_of("........x") == HealthStatus::degraded));   // 1 in 9
    BOOST_TEST((health_of("x....................") == HealthStatus::degraded));  // the last one
    BOOST_TEST((health_of("xx...") == HealthStatus::degraded));
    BOOST_TEST((health_of("xxx..................") == HealthStatus::failing));  // three in a row
    BOOST_TEST((health_of("xcxxc...") == HealthStatus::failing));
    BOOST_TEST((health_of(".x.xxx") == HealthStatus::failing));       // 4 of 6
    BOOST_TEST((health_of(".x.x.x") == HealthStatus::degraded));      // half is not more than half
}

BOOST_AUTO_TEST_CASE(health_looks_at_the_last_twenty_verdicts) {
    BOOST_TEST((health_of("....................xxxxxxxxxxxxxxxxxxxxxxx") == HealthStatus::healthy));
    BOOST_TEST((health_of("...................xxxxxxxxx") == HealthStatus::healthy));   // 1 of 20
    BOOST_TEST((health_of(".................xxxxxxxxx") == HealthStatus::degraded));    // 3 of 20
    BOOST_TEST(judge_health("p", runs("c.c....................xxx")).runs == 20U);
}

BOOST_AUTO_TEST_CASE(health_has_the_figures_of_its_window) {
    auto history = runs("x....");
    history[0].jobs_passed = 2;
    history[0].jobs_failed = 2;
    const auto health = judge_health("p", history);
    BOOST_TEST(*health.success_rate == 75.0);      // (2 + 1 + 1 + 1 + 1) of 8 jobs
    BOOST_TEST(*health.run_success_rate == 80.0);  // 4 of 5 runs
    BOOST_TEST((*health.average_duration == seconds(3)));  // 1 to 5 s
    BOOST_TEST((*health.p50_duration == seconds(3)));
    BOOST_TEST((*health.p95_duration == seconds(4.8)));    // rank 3.8
    BOOST_TEST(health.explanation == "the last run failed; 1 of the last 5 runs failed");
    BOOST_REQUIRE_EQUAL(health.recent_failures.size(), 1U);
    BOOST_TEST(health.recent_failures[0].id == "r0");
}

BOOST_AUTO_TEST_CASE(recent_failures_are_the_newest_five) {
    const auto health = judge_health("p", runs("xxxxxxxx"));
    BOOST_REQUIRE_EQUAL(health.recent_failures.size(), 5U);
    BOOST_TEST(health.recent_failures[0].id == "r0");
    BOOST_TEST(health.recent_failures[4].id == "r4");
}

BOOST_AUTO_TEST_CASE(trends_are_against_the_period_before) {
    store::PeriodTotals now;
    now.runs = 12;
    now.succeeded = 9;
    now.failed = 2;
    now.cancelled = 1;
    now.total_duration = seconds(110);  // without the one that was cancelled
    now.jobs_executed = 40;
    now.jobs_passed = 30;
    store::PeriodTotals before;
    before.runs = 10;
    before.succeeded = 5;
    before.failed = 5;
    before.total_duration = seconds(200);
    before.jobs_executed = 20;
    before.jobs_passed = 10;
    const auto summary = compare_periods(period_metrics(now, at(100), at(200)), period_metrics(before, at(0), at(100)), 7);
    BOOST_TEST(*summary.current.success_rate == 75.0);
    BOOST_TEST(*summary.current.run_success_rate == 9.0 / 11.0 * 100.0, boost::test_tools::tolerance(1e-12));
    BOOST_TEST((*summary.current.average_duration == seconds(10)));
    BOOST_TEST(*summary.runs_change == 20.0, boost::test_tools::tolerance(1e-12));
    BOOST_TEST(*summary.success_rate_change == 25.0);  // points
    BOOST_TEST(*summary.duration_change == -50.0);
}

BOOST_AUTO_TEST_CASE(a_trend_needs_something_before) {
    store::PeriodTotals now;
    now.runs = 1;
    now.succeeded = 1;
    now.total_duration = seconds(1);
    now.jobs_executed = 1;
    now.jobs_passed = 1;
    const auto summary = compare_periods(period_metrics(now, at(100), at(200)), period_metrics({}, at(0), at(100)), 7);
    BOOST_TEST(!summary.runs_change);
    BOOST_TEST(!summary.success_rate_change);
    BOOST_TEST(!summary.duration_change);
    BOOST_TEST(!summary.previous.average_duration);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
