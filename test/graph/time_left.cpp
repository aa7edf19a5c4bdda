#include <kahn/graph/time_left.hpp>

#include <kahn/base/error.hpp>

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <map>
#include <string>
#include <utility>

namespace kahn::graph {
namespace {

using std::chrono::seconds;

const SystemTime start{std::chrono::hours{24 * 20'000}};

/// build { compile 10 s, docs 4 s } -> test { unit 6 s, lint 1 s } -> ship { upload 5 s }
Pipeline pipeline() {
    Pipeline all;
    const auto add = [&all](const char* name, std::initializer_list<const char*> jobs, std::vector<std::string> dependencies) {
        PipelineStage stage(name);
        for (const char* job : jobs) stage.jobs.emplace_back(job, std::vector<std::string>{"true"});
        stage.dependencies = std::move(dependencies);
        all.stages.push_back(std::move(stage));
    };
    add("build", {"compile", "docs"}, {});
    add("test", {"unit", "lint"}, {"build"});
    add("ship", {"upload"}, {"test"});
    return all;
}

using Known = std::map<std::string, std::pair<int, std::size_t>>;  // seconds and runs, by `stage.job`

const Known all_known{{"build.compile", {10, 12}}, {"build.docs", {4, 12}}, {"test.unit", {6, 12}}, {"test.lint", {1, 3}}, {"ship.upload", {5, 12}}};

UsualDurations from(Known known) {
    return [known = std::move(known)](std::string_view stage, std::string_view job) -> std::optional<UsualDuration> {
        const auto found = known.find(std::string(stage) + "." + std::string(job));
        if (found == known.end()) return std::nullopt;
        return UsualDuration(seconds(found->second.first), found->second.second);
    };
}

void require_left(const TimeLeft& time_left, int at, int expected) {
    const auto estimate = time_left.at(start + seconds(at));
    BOOST_REQUIRE(estimate);
    BOOST_TEST(estimate->left.count() == std::chrono::nanoseconds(seconds(expected)).count());
}

BOOST_AUTO_TEST_SUITE(time_left)

BOOST_AUTO_TEST_CASE(before_anything_ran_it_is_the_makespan) {
    require_left(TimeLeft(pipeline(), from(all_known), 0), 0, 10 + 6 + 5);
    require_left(TimeLeft(pipeline(), from(all_known), 2), 0, 10 + 6 + 5);
    require_left(TimeLeft(pipeline(), from(all_known), 1), 0, 10 + 4 + 6 + 1 + 5);
}

BOOST_AUTO_TEST_CASE(it_shrinks_as_time_passes_and_as_jobs_end) {
    TimeLeft left(pipeline(), from(all_known), 0);
    left.job_started("build", "compile", start);
    left.job_started("build", "docs", start);
    require_left(left, 3, 7 + 6 + 5);
    left.job_ended("build", "docs");
    require_left(left, 4, 6 + 6 + 5);
    left.job_ended("build", "compile");  // sooner than usual
    require_left(left, 5, 6 + 5);
    left.job_started("test", "unit", start + seconds(5));
    left.job_started("test", "lint", start + seconds(5));
    require_left(left, 8, 3 + 5);
    left.job_ended("test", "unit");
    left.job_ended("test", "lint");
    left.job_started("ship", "upload", start + seconds(11));
    require_left(left, 12, 4);
    left.job_ended("ship", "upload");
    require_left(left, 16, 0);
}

BOOST_AUTO_TEST_CASE(what_is_late_is_expected_to_end_now_and_what_follows_still_counts) {
    TimeLeft left(pipeline(), from(all_known), 0);
    left.job_started("build", "compile", start);
    left.job_started("build", "docs", start);
    require_left(left, 60, 6 + 5);
}

BOOST_AUTO_TEST_CASE(a_clock_that_is_set_back_makes_nothing_longer_than_usual) {
    TimeLeft left(pipeline(), from(all_known), 0);
    left.job_started("build", "compile", start);
    require_left(left, -60, 10 + 6 + 5);
}

BOOST_AUTO_TEST_CASE(a_retry_goes_on_with_the_same_job) {
    TimeLeft left(pipeline(), from(all_known), 0);
    left.job_ended("build", "docs");
    left.job_started("build", "compile", start);
    left.job_started("build", "compile", start + seconds(8));
    require_left(left, 9, 1 + 6 + 5);
}

BOOST_AUTO_TEST_CASE(what_runs_has_its_worker_although_something_longer_waits) {
    // One worker, taken by docs (4 s, 1 s of it gone); compile (10 s) waits for it.
    TimeLeft left(pipeline(), from(all_known), 1);
    left.job_started("build", "docs", start);
    require_left(left, 1, 3 + 10 + 6 + 1 + 5);
}

BOOST_AUTO_TEST_CASE(it_is_from_as_many_runs_as_the_least_known_of_the_remaining_jobs) {
    TimeLeft left(pipeline(), from(all_known), 0);
    BOOST_TEST(left.at(start)->runs == 3U);
    BOOST_TEST(left.at(start)->unknown_jobs == 0U);
    left.job_ended("test", "lint");
    BOOST_TEST(left.at(start)->runs == 12U);
}

BOOST_AUTO_TEST_CASE(without_history_there_is_no_estimate) {
    BOOST_TEST(!TimeLeft(pipeline(), from({}), 0).at(start));
    BOOST_TEST(!TimeLeft(pipeline(), nullptr, 0).at(start));
}

BOOST_AUTO_TEST_CASE(jobs_that_are_not_known_are_counted_and_add_nothing) {
    TimeLeft left(pipeline(), from({{"build.compile", {10, 12}}, {"test.lint", {1, 12}}}), 0);
    BOOST_TEST(left.at(start)->unknown_jobs == 3U);
    require_left(left, 0, 10 + 1);
    left.job_ended("build", "compile");
    left.job_ended("test", "lint");
    BOOST_TEST(!left.at(start));  // of what remains nothing is known
}

BOOST_AUTO_TEST_CASE(a_job_that_is_not_in_the_pipeline_changes_nothing) {
    TimeLeft left(pipeline(), from(all_known), 0);
    left.job_started("build", "other", start);
    left.job_ended("other", "compile");
    require_left(left, 0, 21);
}

BOOST_AUTO_TEST_CASE(it_follows_the_stream_of_events) {
    const Pipeline run = pipeline();
    TimeLeft left(run, from(all_known), 0);
    JobAttempt attempt;
    left.add(Event{0, start, run, event::RunStarted{5, 3, 10, {}}});
    left.add(Event{1, start + seconds(1), run, event::JobStarted{run.stages[0], run.stages[0].jobs[0], attempt}});
    require_left(left, 3, 8 + 6 + 5);
    left.add(Event{2, start + seconds(4), run, event::JobFinished{run.stages[0], run.stages[0].jobs[0]}});
    require_left(left, 4, 4 + 6 + 5);  // docs never started
    left.add(Event{3, start + seconds(4), run, event::JobFinished{run.stages[0], run.stages[0].jobs[1]}});
    require_left(left, 4, 6 + 5);
}

BOOST_AUTO_TEST_CASE(a_pipeline_that_cannot_run_is_refused) {
    Pipeline broken = pipeline();
    broken.stages[0].dependencies = {"ship"};
    BOOST_CHECK_EXCEPTION(TimeLeft(broken, from(all_known), 0), Error, [](const Error& error) { return error.code() == Errc::invalid_config; });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
