#include "examples/examples.hpp"
#include "fake_github/fake_github.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <regex>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;
using testing::Listener;
using testing::RunPlan;
using testing::TimelinePoint;

/// GitHub on the loopback, and the example that is told by its environment where that is.
struct Driven {
    void workflow_that(TimelinePoint point) {
        RunPlan plan;
        plan.timeline = {point};
        plan.cancel_delay = 0ms;
        plan.jobs.emplace_back("build", 0ms, 0ms, point.conclusion);
        server.edit([&](testing::World& world) { world.repository("acme", "rocket").workflows.at(0).plan = plan; });
    }
    Program& start(const std::string& token = "test-token") {
        program.with("CI_CD_API_URL", server.numeric_base_url()).with("CI_CD_API_TOKEN", token).with("SSL_CERT_FILE", server.ca_file().string());
        return program.in(directory.path()).start();
    }

    TemporaryDirectory directory;
    testing::FakeGitHub server;
    Program program = Program(example("github", {"acme", "rocket", "ci.yml", "main"}));
};

}  // namespace

BOOST_AUTO_TEST_SUITE(programs)

BOOST_AUTO_TEST_CASE(first_tells_how_each_job_ended_or_what_is_wrong_with_the_file) {
    TemporaryDirectory directory;
    directory.write("good.yaml", pipeline_of("true"));
    directory.write("fails.yaml", pipeline_of("exit 7"));
    directory.write("bad.yaml", "name: p\nstagez: []\n");
    const auto run = [&](const char* file) { return example("first", {file}).in(directory.path()).run(); };
    BOOST_TEST(run("good.yaml").out == "s.j: success\n");
    const auto failed = run("fails.yaml");
    BOOST_TEST(failed.exit_code == 1);
    BOOST_TEST(failed.out == "s.j: failure (exit_code: exit 7)\n");
    const auto bad = run("bad.yaml");
    BOOST_TEST(bad.exit_code == 3);
    BOOST_TEST(contains(bad.err, "bad.yaml:2:1: error"));
}

BOOST_AUTO_TEST_CASE(mixed_hands_values_from_commands_to_coroutines_and_back) {
    TemporaryDirectory directory;
    const auto result = example("mixed", {directory.path().string()}).run();
    BOOST_TEST(result.exit_code == 0, result.out + result.err);
    for (const char* line : {"longest | the longest line of words.txt is 'little'\n", "say | little it is\n", "warm-up: exit 75, once more\n",
                             "warm-up | attempt 2\n", "cry: skipped\n"}) {
        BOOST_TEST(contains(result.out, line), line);
    }
    BOOST_TEST(result.out.ends_with("mixed: success\n"));
    BOOST_TEST(std::filesystem::is_directory(directory.path() / ".kahn/runs"));
}

BOOST_AUTO_TEST_CASE(graph_runs_every_node_and_tells_how_many_a_second) {
    const auto result = example("graph", {"1000"}).run();
    BOOST_TEST(result.exit_code == 0, result.err);
    BOOST_TEST(std::regex_match(result.out, std::regex("1000 nodes, 3600 edges: [0-9.e-]+ s, [0-9]+ nodes/s\n")), result.out);
    BOOST_TEST(example("graph", {"0"}).run().exit_code == 2);
    BOOST_TEST(example("graph", {"many"}).run().exit_code == 2);
}

BOOST_FIXTURE_TEST_CASE(github_starts_a_workflow_once_and_tells_what_its_jobs_came_to, Driven) {
    workflow_that(TimelinePoint(0ms, "completed", "success"));
    const auto result = start().finish();
    BOOST_TEST(result.exit_code == 0, result.err);
    BOOST_TEST(contains(result.out, "Pipeline triggered successfully\nrun "));
    BOOST_TEST(contains(result.out, "Pipeline completed (success)\n"));
    BOOST_TEST(contains(result.out, "  build: success\n"));
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);
}

BOOST_FIXTURE_TEST_CASE(github_fails_with_the_workflow, Driven) {
    workflow_that(TimelinePoint(0ms, "completed", "failure"));
    BOOST_TEST(start().finish().exit_code == 1);
}

BOOST_FIXTURE_TEST_CASE(github_tells_a_refusal_and_never_the_token, Driven) {
    const auto result = start("a-wrong-token").finish();
    BOOST_TEST(result.exit_code == 1);
    BOOST_TEST(contains(result.err, "HTTP 401"));
    BOOST_TEST(!contains(result.out + result.err, "a-wrong-token"));
}

BOOST_FIXTURE_TEST_CASE(github_cancels_the_run_there_when_it_is_interrupted, Driven) {
    workflow_that(TimelinePoint(0ms, "in_progress"));
    start();
    BOOST_TEST_REQUIRE(server.recorder().wait_for(1, Listener::api, "GET", "/runs/[0-9]+"));
    program.send(SIGINT);
    const auto result = program.finish();
    BOOST_TEST(result.exit_code == 1, result.out + result.err);
    BOOST_TEST(contains(result.out, "(cancelled)"));
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/cancel$") == 1U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
