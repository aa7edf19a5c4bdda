#include "engine/run_plan.hpp"
#include "engine/selection.hpp"
#include "support/pipelines.hpp"

#include <kahn/base/error.hpp>

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::test;
using namespace std::chrono_literals;

namespace {

std::vector<std::string> names(const Pipeline& pipeline) {
    std::vector<std::string> all;
    for (const auto& stage : pipeline.stages) {
        for (const auto& job : stage.jobs) all.push_back(stage.name + "." + job.name);
    }
    return all;
}

// fetch -> build.{a, b after a} -> test.{unit after build.a, all}
// docs
Pipeline sample() {
    return pipeline({single("fetch"), stage("build", {job("a"), job("b", {"a"}), job("c")}, {"fetch"}),
                     stage("test", {job("unit", {"build.a"}), job("all")}, {"build"}), single("docs")});
}

}  // namespace

BOOST_AUTO_TEST_SUITE(the_flat_plan)

BOOST_AUTO_TEST_CASE(a_stage_begins_before_its_jobs_and_ends_after_them) {
    const RunPlan plan(sample(), ScheduleMode::live, {});
    BOOST_TEST(plan.size() == 7U + 2 * 4);
    BOOST_TEST(plan.level_count() == 3U);
    const auto after_begin = plan.graph()->successors(plan.begin_of(1));
    BOOST_TEST(after_begin.size() == 3U);
    BOOST_TEST(plan.graph()->in_degree(plan.end_of(1)) == 3U);
    BOOST_TEST(plan.graph()->in_degree(plan.job_of(2, 0)) == 2U);  // its stage's begin and build.a
}

BOOST_AUTO_TEST_CASE(the_priority_of_a_job_is_all_that_hangs_on_it_over_all_stages) {
    const RunPlan plan(sample(), ScheduleMode::live, {});
    const auto priority = plan.scheduler_options().priority;
    BOOST_TEST((priority[plan.job_of(0, 0)] == 4s));  // fetch, a, b, a test
    BOOST_TEST((priority[plan.job_of(1, 0)] == 3s));
    BOOST_TEST((priority[plan.job_of(1, 2)] == 2s));
    BOOST_TEST((priority[plan.job_of(3, 0)] == 1s));
}

BOOST_AUTO_TEST_CASE(a_workflow_on_github_takes_no_worker) {
    PipelineJob remote("remote", {});
    remote.github.emplace();
    const RunPlan plan(pipeline({stage("s", {remote, job("local")})}), ScheduleMode::live, {});
    const auto policy = plan.scheduler_options().policy;
    BOOST_TEST(graph::has(policy[plan.job_of(0, 0)], graph::NodePolicy::instant));
    BOOST_TEST(!graph::has(policy[plan.job_of(0, 1)], graph::NodePolicy::instant));
}

BOOST_AUTO_TEST_CASE(a_stage_without_jobs_is_a_point_that_others_can_wait_for) {
    const RunPlan plan(pipeline({stage("gate", {}), single("after", {"gate"})}), ScheduleMode::live, {});
    BOOST_TEST(plan.graph()->in_degree(plan.end_of(0)) == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(selecting)

BOOST_AUTO_TEST_CASE(a_stage_brings_all_that_it_depends_on) {
    const std::vector<std::string> stages{"build"};
    const std::vector<std::string> expected{"fetch.fetch", "build.a", "build.b", "build.c"};
    BOOST_TEST(names(select(sample(), stages, {})) == expected, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_job_brings_its_dependencies_and_the_whole_stages_that_its_stage_waits_for) {
    const std::vector<std::string> jobs{"b"};
    const std::vector<std::string> expected{"fetch.fetch", "build.a", "build.b"};
    BOOST_TEST(names(select(sample(), {}, jobs)) == expected, boost::test_tools::per_element());
    const std::vector<std::string> qualified{"test.all"};
    const std::vector<std::string> wide{"fetch.fetch", "build.a", "build.b", "build.c", "test.all"};
    BOOST_TEST(names(select(sample(), {}, qualified)) == wide, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(an_unknown_name_is_guessed_at) {
    const std::vector<std::string> stages{"biuld"};
    BOOST_CHECK_EXCEPTION(select(sample(), stages, {}), Error, [](const Error& error) {
        return error.code() == Errc::unknown_stage && std::string(error.what()).find("did you mean 'build'") != std::string::npos;
    });
    const std::vector<std::string> jobs{"unti"};
    BOOST_CHECK_EXCEPTION(select(sample(), {}, jobs), Error, [](const Error& error) {
        return error.code() == Errc::unknown_job && std::string(error.what()).find("did you mean 'unit'") != std::string::npos;
    });
}

BOOST_AUTO_TEST_CASE(a_job_name_of_two_stages_must_be_qualified) {
    const auto twice = pipeline({stage("x", {job("same")}), stage("y", {job("same")})});
    const std::vector<std::string> jobs{"same"};
    BOOST_CHECK_EXCEPTION(select(twice, {}, jobs), Error,
                          [](const Error& error) { return std::string(error.what()) == "'same' can mean x.same or y.same"; });
}

BOOST_AUTO_TEST_SUITE_END()
