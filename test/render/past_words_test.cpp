#include "render/past_words.hpp"

#include "render/event_feed.hpp"
#include "support/pipelines.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

Pipeline run(PipelineStatus status, std::chrono::milliseconds took) {
    Pipeline run = pipeline({stage("a", {job("x"), job("y")})});
    for (PipelineJob& job : run.stages[0].jobs) job.status = PipelineStatus::success;
    run.status = status;
    run.duration = took;
    run.start_time = some_time() - took;
    run.end_time = some_time();
    return run;
}

render::PastRuns successes(std::vector<std::chrono::milliseconds> durations, std::size_t jobs = 2) {
    render::PastRuns past;
    for (const auto duration : durations) past.successes.push_back({duration, jobs});
    return past;
}

std::string beside(std::chrono::milliseconds took, const render::PastRuns& past) { return against_the_median(run(PipelineStatus::success, took), past); }

}  // namespace

BOOST_AUTO_TEST_SUITE(past_words)

BOOST_AUTO_TEST_CASE(a_duration_is_compared_with_the_median) {
    BOOST_TEST(beside(123s, successes({100s, 130s, 300s})) == "median 2m10s, -5%");
    BOOST_TEST(beside(150s, successes({100s, 300s, 130s, 170s})) == "median 2m30s, 0%");
    BOOST_TEST(beside(200s, successes({100s, 100s, 100s})) == "median 1m40s, +100%");
    BOOST_TEST(beside(50s, successes({1s, 1s, 1s})) == "median 1.00s, 50 times that");
}

BOOST_AUTO_TEST_CASE(little_is_not_compared) {
    BOOST_TEST(beside(100s, successes({})) == "");
    BOOST_TEST(beside(100s, successes({100s, 100s})) == "");
    BOOST_TEST(beside(100ms, successes({50ms, 50ms, 50ms})) == "");
    BOOST_TEST(beside(100s, successes({100s, 100s, 100s}, 1)) == "");  // they ran other jobs
    BOOST_TEST(against_the_median(run(PipelineStatus::failure, 100s), successes({100s, 100s, 100s})) == "");
    Pipeline reused = run(PipelineStatus::success, 100s);
    reused.stages[0].jobs[0].reused_from = "01J9";
    BOOST_TEST(against_the_median(reused, successes({100s, 100s, 100s})) == "");
    BOOST_TEST(against_the_median(reused, successes({100s, 100s, 100s}, 1)) == "median 1m40s, 0%");
}

BOOST_AUTO_TEST_CASE(a_failure_says_since_when) {
    const Pipeline failed = run(PipelineStatus::failure, 10s);
    render::PastRuns past;
    BOOST_TEST(since_when_it_fails(failed, past) == "");
    past.failing_since.emplace();
    past.failing_since->run = "01J9YT07";
    past.failing_since->time = some_time() - 50h;
    past.failing_since->runs = 6;
    BOOST_TEST(since_when_it_fails(failed, past) == "failing since run 01J9YT07 (2 days, 7 runs)");
    past.failing_since->is_beyond = true;
    past.failing_since->time = some_time() - 61min;
    BOOST_TEST(since_when_it_fails(failed, past) == "failing since at least run 01J9YT07 (1 hour, 7 runs)");
    past.failing_since->time = some_time() + 61min;  // a clock that was set
    BOOST_TEST(since_when_it_fails(failed, past) == "failing since at least run 01J9YT07 (7 runs)");
    BOOST_TEST(since_when_it_fails(run(PipelineStatus::success, 10s), past) == "");
    BOOST_TEST(since_when_it_fails(run(PipelineStatus::cancelled, 10s), past) == "");
}

BOOST_AUTO_TEST_CASE(a_failure_after_a_success_says_so) {
    render::PastRuns past;
    past.last_success = "01J9YT07";
    past.last_success_time = some_time() - 3min;
    BOOST_TEST(since_when_it_fails(run(PipelineStatus::failure, 10s), past) == "the run before, 01J9YT07, 3 minutes ago, was ok");
    past.last_success_time = some_time() - 3s;
    BOOST_TEST(since_when_it_fails(run(PipelineStatus::failure, 10s), past) == "the run before, 01J9YT07, less than a minute ago, was ok");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
