#include <kahn/render/plan_text.hpp>

#include "support/pipelines.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

Pipeline example() {
    return pipeline({single("fetch"), stage("build", {job("gcc"), job("clang")}, {"fetch"}), single("lint", {"fetch"}),
                     single("deploy", {"build"})});
}

ScheduleAnalysis analysis() {
    ScheduleAnalysis a;
    a.execution_levels = {{"fetch"}, {"build", "lint"}, {"deploy"}};
    a.critical_path_duration = 3s;
    a.makespan = 3s;
    a.total_work = 5s;
    a.workers = 10;
    a.best_workers = 3;
    return a;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(plan_text)

BOOST_AUTO_TEST_CASE(a_plan_shows_levels_skips_and_what_to_expect_in_jobs) {
    const render::Skips skips{{"deploy", "branch is 'feature/x', needs 'main'"}};
    ScheduleAnalysis without_deploy = analysis();
    without_deploy.critical_path_duration = without_deploy.makespan = 2s;
    without_deploy.total_work = 4s;
    without_deploy.best_workers = 3;
    BOOST_TEST(render::plan_text(example(), without_deploy, skips) ==
               "level 0   fetch\n"
               "level 1   build (gcc, clang)   lint\n"
               "skip      deploy          conditions: branch is 'feature/x', needs 'main'\n"
               "total     4 jobs in 2 levels; were all jobs equally long: 2 in a row with 10 workers (lower bound 2 = longest chain; "
               "1 worker 4) · best worker count 3\n");
}

BOOST_AUTO_TEST_CASE(with_known_durations_a_plan_expects_a_time) {
    ScheduleAnalysis a = analysis();
    a.makespan = 130s;
    a.critical_path_duration = 122s;
    a.total_work = 331s;
    const std::string text = render::plan_text(example(), a, {}, render::Durations::known);
    BOOST_TEST(text.ends_with("\nexpected  2m10s with 10 workers (lower bound 2m02s = critical path; 1 worker 5m31s) · best worker "
                              "count 3\n"));
}

BOOST_AUTO_TEST_CASE(a_wide_level_is_wrapped_and_many_jobs_are_counted) {
    Pipeline p = pipeline({});
    ScheduleAnalysis a;
    a.execution_levels.emplace_back();
    for (int i = 0; i < 30; ++i) {
        p.stages.push_back(single("stage-number-" + std::to_string(i)));
        a.execution_levels[0].push_back(p.stages.back().name);
    }
    PipelineStage many("many", {});
    for (int i = 0; i < 12; ++i) many.jobs.push_back(job("j" + std::to_string(i)));
    p.stages.push_back(many);
    a.execution_levels[0].push_back("many");
    const std::string text = render::plan_text(p, a, {});
    BOOST_TEST(text.find("many (j0, j1, j2, j3, j4, j5, j6, j7, … 4 more)\n") != std::string::npos);
    BOOST_TEST(text.find("\n          stage-number-") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(jobs_of_a_stage_that_is_not_parallel_come_one_after_another) {
    Pipeline p = pipeline({stage("db", {job("migrate"), job("seed")})});
    p.stages[0].parallel = false;
    ScheduleAnalysis a;
    a.execution_levels = {{"db"}};
    BOOST_TEST(render::plan_text(p, a, {}).starts_with("level 0   db (migrate, then seed)\n"));
}

BOOST_AUTO_TEST_CASE(commands_are_listed_by_job_in_the_order_of_levels) {
    Pipeline p = pipeline({stage("test", {shell_job("unit", "make test\necho \x1B[2J")}, {"build"}), stage("build", {shell_job("all", "make")}),
                           single("deploy")});
    ScheduleAnalysis a;
    a.execution_levels = {{"build", "deploy"}, {"test"}};
    BOOST_TEST(render::commands_text(p, a, {{"deploy", "no"}}) ==
               "build › all\n"
               "    $ make\n"
               "test › unit\n"
               "    $ make test\n"
               "      echo \\x1B[2J\n");
}

BOOST_AUTO_TEST_CASE(a_workflow_is_listed_with_what_it_is_given) {
    PipelineJob remote("remote", {});
    GithubWorkflow& workflow = remote.github.emplace();
    workflow.repo = "acme/rocket";
    workflow.workflow = "ci.yml";
    ScheduleAnalysis a;
    a.execution_levels = {{"s"}};
    BOOST_TEST(render::commands_text(pipeline({stage("s", {remote})}), a, {}) == "s › remote\n    workflow ci.yml of acme/rocket\n");
    workflow.ref = "v\x1B";
    workflow.inputs = {{"a", "1"}, {"b", ""}};
    workflow.wait = false;
    BOOST_TEST(render::commands_text(pipeline({stage("s", {remote})}), a, {}) ==
               "s › remote\n    workflow ci.yml of acme/rocket at v\\x1B with a=1, b=; only started\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
