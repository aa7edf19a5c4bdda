#include "engine/run_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <numeric>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;

BOOST_FIXTURE_TEST_SUITE(running_a_pipeline, RunFixture)

BOOST_AUTO_TEST_CASE(every_job_runs_after_what_it_depends_on) {
    // fetch -> build.{lib, app after lib} -> test
    const auto& done = run(pipeline({stage("test", {job("unit")}, {"build"}),
                                     stage("build", {job("app", {"lib"}), job("lib")}, {"fetch"}), single("fetch")}));
    BOOST_TEST(done.status == PipelineStatus::success);
    const std::vector<std::string> order{"fetch.fetch", "build.lib", "build.app", "test.unit"};
    BOOST_TEST(executor->started() == order, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_events_tell_the_whole_story_in_order) {
    run(pipeline({single("build"), single("test", {"build"})}));
    const std::vector<std::string> story{
        "run_started",
        "stage_started build", "job_started build.build 1", "job_finished build.build success", "stage_finished build success",
        "stage_started test",  "job_started test.test 1",   "job_finished test.test success",   "stage_finished test success",
        "run_finished success"};
    BOOST_TEST(events->lines() == story, boost::test_tools::per_element());
    std::vector<std::uint64_t> without_gaps(events->sequences().size());
    std::iota(without_gaps.begin(), without_gaps.end(), 0U);
    BOOST_TEST(events->sequences() == without_gaps, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_stage_starts_without_waiting_for_its_level) {
    // slow -> late     level 0: slow, quick   level 1: late, next
    // quick -> next
    executor->blocks("slow.slow");
    start(pipeline({single("slow"), single("quick"), single("late", {"slow"}), single("next", {"quick"})}));
    BOOST_TEST(events->has("stage_finished next success"));
    BOOST_TEST(!result);
    executor->release("slow.slow");
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(with_levels_a_stage_waits_for_the_whole_level_above) {
    executor->blocks("slow.slow");
    RunOptions options;
    options.schedule = ScheduleMode::levels;
    start(pipeline({single("slow"), single("quick"), single("late", {"slow"}), single("next", {"quick"})}), options);
    BOOST_TEST(!events->has("stage_started next"));
    executor->release("slow.slow");
    settle();
    BOOST_TEST(result.value().status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(at_most_max_workers_jobs_run_at_once) {
    max_workers = 2;
    for (const char* name : {"s.a", "s.b", "s.c"}) executor->blocks(name);
    start(pipeline({stage("s", {job("a"), job("b"), job("c")})}));
    BOOST_TEST(executor->started().size() == 2U);
    executor->release("s.a");
    settle();
    BOOST_TEST(executor->started().size() == 3U);
}

BOOST_AUTO_TEST_CASE(the_longest_remaining_path_goes_first) {
    max_workers = 1;
    // a (1 s)     b (1 s) -> c (1 s) -> d (1 s)
    run(pipeline({single("a"), single("b"), single("c", {"b"}), single("d", {"c"})}));
    BOOST_TEST(executor->started().front() == "b.b");
    BOOST_TEST(executor->started().back() == "d.d");
}

BOOST_AUTO_TEST_CASE(past_durations_decide_what_is_longest) {
    max_workers = 1;
    past = [](std::string_view, std::string_view, std::string_view job) -> std::optional<std::chrono::nanoseconds> {
        return job == "heavy" ? 100s : 1s;
    };
    run(pipeline({stage("s", {job("light"), job("heavy"), job("slight")})}));
    const std::vector<std::string> order{"s.heavy", "s.light", "s.slight"};
    BOOST_TEST(executor->started() == order, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_failure_skips_what_needs_it_and_nothing_else) {
    executor->exits("build.build", {3});
    const auto& done = run(pipeline({single("build"), single("lint"), single("test", {"build"}), single("deploy", {"test", "lint"})}));
    BOOST_TEST(done.status == PipelineStatus::failure);
    BOOST_TEST(done.reason.text() == "job_failed: build.build");
    BOOST_TEST(stage_of(done, "lint").status == PipelineStatus::success);
    BOOST_TEST(stage_of(done, "test").status == PipelineStatus::skipped);
    BOOST_TEST(stage_of(done, "test").reason.text() == "upstream_failed: build");
    BOOST_TEST(stage_of(done, "deploy").reason.text() == "upstream_failed: build");
    BOOST_TEST(job_of(done, "deploy").status == PipelineStatus::skipped);
    BOOST_TEST(job_of(done, "build").exit_code.value() == 3);
    BOOST_TEST(job_of(done, "build").reason.text() == "exit_code: exit 3");
}

BOOST_AUTO_TEST_CASE(an_allowed_failure_stops_nobody) {
    auto flaky = job("flaky");
    flaky.allow_failure = true;
    auto rough = single("rough");
    rough.allow_failure = true;
    executor->exits("build.flaky", {1});
    executor->exits("rough.rough", {1});
    const auto& done = run(pipeline({stage("build", {flaky, job("after", {"flaky"})}), rough, single("test", {"build", "rough"})}));
    BOOST_TEST(done.status == PipelineStatus::success);
    BOOST_TEST(stage_of(done, "build").status == PipelineStatus::success);
    BOOST_TEST(job_of(done, "build", 0).status == PipelineStatus::failure);
    BOOST_TEST(job_of(done, "build", 1).status == PipelineStatus::success);
    BOOST_TEST(stage_of(done, "rough").status == PipelineStatus::failure);
    BOOST_TEST(stage_of(done, "test").status == PipelineStatus::success);
    BOOST_TEST(events->has("job_finished build.flaky failure exit_code: exit 1 allowed"));
    BOOST_TEST(events->has("job_finished rough.rough failure exit_code: exit 1 allowed"));
}

BOOST_AUTO_TEST_CASE(a_stage_that_is_not_parallel_runs_in_file_order_and_stops_at_the_first_failure) {
    auto steps = stage("steps", {job("one"), job("two"), job("three")});
    steps.parallel = false;
    executor->exits("steps.two", {1});
    const auto& done = run(pipeline({steps}));
    const std::vector<std::string> order{"steps.one", "steps.two"};
    BOOST_TEST(executor->started() == order, boost::test_tools::per_element());
    BOOST_TEST(job_of(done, "steps", 2).status == PipelineStatus::skipped);
    BOOST_TEST(job_of(done, "steps", 2).reason.text() == "upstream_failed: two");
}

BOOST_AUTO_TEST_CASE(in_a_parallel_stage_the_others_go_on_after_a_failure) {
    executor->exits("s.bad", {1});
    const auto& done = run(pipeline({stage("s", {job("bad"), job("good"), job("needs_bad", {"bad"})})}));
    BOOST_TEST(job_of(done, "s", 1).status == PipelineStatus::success);
    BOOST_TEST(job_of(done, "s", 2).reason.text() == "upstream_failed: bad");
    BOOST_TEST(stage_of(done, "s").reason.text() == "job_failed: bad");
}

BOOST_AUTO_TEST_CASE(a_job_of_another_stage_that_failed_skips_the_job_that_names_it) {
    auto build = stage("build", {job("a"), job("b")});
    build.allow_failure = true;
    executor->exits("build.a", {1});
    const auto& done = run(pipeline({build, stage("test", {job("of_a", {"build.a"}), job("of_b", {"build.b"})}, {"build"})}));
    BOOST_TEST(job_of(done, "test", 0).status == PipelineStatus::skipped);
    BOOST_TEST(job_of(done, "test", 0).reason.text() == "upstream_failed: build.a");
    BOOST_TEST(job_of(done, "test", 1).status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(a_stage_skipped_by_its_own_condition_satisfies_its_dependents) {
    auto deploy = single("deploy");
    deploy.conditions.branch = {"release/*"};
    const auto& done = run(pipeline({deploy, single("report", {"deploy"})}));
    BOOST_TEST(done.status == PipelineStatus::success);
    BOOST_TEST(stage_of(done, "deploy").status == PipelineStatus::skipped);
    BOOST_TEST(stage_of(done, "deploy").reason.text() == "condition: branch is 'main', needs 'release/*'");
    BOOST_TEST(job_of(done, "deploy").status == PipelineStatus::skipped);
    BOOST_TEST(stage_of(done, "report").status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(stages_that_look_at_failures_run_after_them) {
    auto notify = single("notify", {"test"});
    notify.conditions.custom = "failure()";
    auto clean = single("clean", {"test"});
    clean.conditions.custom = "always()";
    auto rescue = single("rescue", {"clean"});  // clean itself is fine, but an ancestor failed
    rescue.conditions.custom = "failure()";
    executor->exits("build.build", {1});
    const auto& done = run(pipeline({single("build"), single("test", {"build"}), notify, clean, rescue}));
    BOOST_TEST(stage_of(done, "test").status == PipelineStatus::skipped);
    BOOST_TEST(stage_of(done, "notify").status == PipelineStatus::success);
    BOOST_TEST(stage_of(done, "clean").status == PipelineStatus::success);
    BOOST_TEST(stage_of(done, "rescue").status == PipelineStatus::success);
    BOOST_TEST(done.status == PipelineStatus::failure);
}

BOOST_AUTO_TEST_CASE(a_failure_stage_is_skipped_when_nothing_failed_and_satisfies_its_dependents) {
    auto notify = single("notify", {"build"});
    notify.conditions.custom = "failure()";
    const auto& done = run(pipeline({single("build"), notify, single("end", {"notify"})}));
    BOOST_TEST(stage_of(done, "notify").reason.text() == "condition: failure() does not hold");
    BOOST_TEST(stage_of(done, "end").status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(a_failure_that_its_stage_allows_is_none_further_down) {
    auto rough = stage("rough", {job("bad"), job("needs_bad", {"bad"})});
    rough.allow_failure = true;
    auto notify = single("notify", {"rough"});
    notify.conditions.custom = "failure()";
    executor->exits("rough.bad", {1});
    const auto& done = run(pipeline({rough, notify}));
    BOOST_TEST(job_of(done, "rough", 1).reason.text() == "upstream_failed: bad");
    BOOST_TEST(stage_of(done, "notify").status == PipelineStatus::skipped);
    BOOST_TEST(done.status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(fail_fast_stops_independent_branches_but_not_what_was_written_for_failures) {
    executor->blocks("slow.slow");
    executor->exits("bad.bad", {1});
    auto clean = single("clean", {"bad", "slow"});
    clean.conditions.custom = "always()";
    RunOptions options;
    options.fail_fast = true;
    max_workers = 2;
    run(pipeline({single("slow"), single("bad"), single("later", {"slow"}), clean}), options);
    BOOST_TEST(result->status == PipelineStatus::failure);
    BOOST_TEST(job_of(*result, "slow").status == PipelineStatus::cancelled);
    BOOST_TEST(job_of(*result, "slow").reason.text() == "fail_fast: bad.bad");
    BOOST_TEST(stage_of(*result, "later").status == PipelineStatus::cancelled);
    BOOST_TEST(stage_of(*result, "clean").status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_an_executor_fails_the_job_with_its_text) {
    executor->throws("a.a");
    const auto& done = run(pipeline({single("a"), single("b")}));
    BOOST_TEST(job_of(done, "a").reason.text() == "not_started: the executor broke at a.a");
    BOOST_TEST(stage_of(done, "b").status == PipelineStatus::success);
}

BOOST_AUTO_TEST_CASE(an_undefined_name_ends_the_run_before_anything_starts) {
    auto bad = job("bad");
    bad.working_directory = "${NOT_DEFINED_ANYWHERE}/x";
    const auto& done = run(pipeline({single("first"), stage("s", {bad})}));
    BOOST_TEST(done.status == PipelineStatus::failure);
    BOOST_TEST(to_string(done.reason.code()) == "invalid_config");
    BOOST_TEST(done.reason.detail().find("NOT_DEFINED_ANYWHERE") != std::string::npos);
    BOOST_TEST(executor->started().empty());
    BOOST_TEST(done.start_time.has_value());
    BOOST_TEST(done.end_time.has_value());
}

BOOST_AUTO_TEST_CASE(a_workspace_that_cannot_be_made_fails_the_run_with_path_and_reason) {
    workspace.write(".kahn", "a file in the way");
    const auto& done = run(pipeline({single("a")}));
    BOOST_TEST(to_string(done.reason.code()) == "workspace_unusable");
    BOOST_TEST(done.reason.detail().find(".kahn") != std::string::npos);
    BOOST_TEST(events->lines().back().starts_with("run_finished failure workspace_unusable"));
}

BOOST_AUTO_TEST_CASE(H10_an_observer_that_throws_fails_the_run_with_its_text) {
    executor->blocks("a.a");
    events->on_line([](const std::string& line) {
        if (line == "job_started a.a 1") throw std::runtime_error("the disk of the observer is full");
    });
    run(pipeline({single("a"), single("b", {"a"})}));
    BOOST_TEST(result->status == PipelineStatus::failure);
    BOOST_TEST(result->reason.text() == "observer_failed: the disk of the observer is full");
    BOOST_TEST(job_of(*result, "a").status == PipelineStatus::cancelled);
}

BOOST_AUTO_TEST_CASE(an_observer_that_throws_at_the_last_event_still_fails_the_run) {
    events->on_line([](const std::string& line) {
        if (line.starts_with("run_finished")) throw std::runtime_error("too late");
    });
    BOOST_TEST(run(pipeline({single("a")})).status == PipelineStatus::failure);
}

BOOST_AUTO_TEST_CASE(the_critical_path_is_that_of_the_measured_times) {
    executor->blocks("slow.slow");
    executor->blocks("end.end");
    std::vector<std::string> path;
    class PathKeeper final : public Observer {
    public:
        explicit PathKeeper(std::vector<std::string>& path) : path_(path) {}
        void on_event(const Event& event) override {
            if (const auto* end = std::get_if<event::RunFinished>(&event.what)) path_ = end->critical_path;
        }
    private:
        std::vector<std::string>& path_;
    };
    RunOptions options;
    options.observers = {std::make_shared<PathKeeper>(path)};
    start(pipeline({single("slow"), single("quick"), single("end", {"slow", "quick"})}), options);
    clock->advance(5s);
    executor->release("slow.slow");
    settle();
    clock->advance(1s);
    executor->release("end.end");
    settle();
    const std::vector<std::string> expected{"slow", "end"};
    BOOST_TEST(path == expected, boost::test_tools::per_element());
    BOOST_TEST((result->duration == 6s));
    BOOST_TEST((job_of(*result, "slow").duration == 5s));
}

BOOST_AUTO_TEST_CASE(the_same_name_in_two_stages_gets_two_logs) {
    auto first = single("a b");
    auto second = single("a-b");
    first.jobs[0].name = second.jobs[0].name = "x";
    run(pipeline({first, second}));
    BOOST_TEST_REQUIRE(executor->requests().size() == 2U);
    BOOST_TEST(executor->requests()[0].log.filename() == "a-b.x.1.log");
    BOOST_TEST(executor->requests()[1].log.filename() == "a-b.x-2.1.log");
}

BOOST_AUTO_TEST_SUITE_END()
