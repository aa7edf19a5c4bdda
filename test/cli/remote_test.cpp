#include "cli/kahn_program.hpp"
#include "fake_github/fake_github.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>
#include <filesystem>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;
using testing::FaultRule;
using testing::Listener;
using testing::RunPlan;
using testing::TimelinePoint;

/// A server, and the program that is told where it is.
struct RemoteProgram {
    RemoteProgram() {
        directory.write("token", "test-token\n");
        RunPlan brief;
        brief.timeline = {TimelinePoint(0ms, "completed", "success")};
        server.edit([&](testing::World& world) { world.repository("acme", "rocket").workflows.at(0).plan = brief; });
    }

    std::int64_t run_that_ends(const std::string& conclusion) {
        RunPlan plan;
        plan.timeline = {TimelinePoint(0ms, "completed", conclusion)};
        plan.jobs.emplace_back("build", 0ms, 0ms, conclusion);
        plan.jobs.back().log = "first\nlast\n";
        return server.start_run("acme", "rocket", plan);
    }
    std::int64_t run_that_goes_on() {
        RunPlan plan;
        plan.timeline = {TimelinePoint(0ms, "in_progress")};
        plan.cancel_delay = 100ms;
        return server.start_run("acme", "rocket", plan);
    }

    std::vector<std::string> arguments(std::vector<std::string> verb) const {
        verb.insert(verb.begin(), {KAHN_PROGRAM, "remote"});
        verb.insert(verb.end(), {"--base-url", server.base_url(), "--cacert", server.ca_file().string(), "--token-file", "token"});
        for (const auto& place : server.hosts()) {
            verb.insert(verb.end(), {"--connect-to", place.host + ":" + ":" + place.address + ":" + std::to_string(place.port)});
        }
        return verb;
    }
    ProgramResult kahn_remote(std::vector<std::string> verb) {
        Program program(arguments(std::move(verb)));
        return program.in(directory.path()).run();
    }

    TemporaryDirectory directory;
    testing::FakeGitHub server;
};

std::string text(std::int64_t id) { return std::to_string(id); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(remote, RemoteProgram)

BOOST_AUTO_TEST_CASE(a_workflow_is_started_and_waited_for) {
    const auto result = kahn_remote({"trigger", "acme/rocket", "ci.yml", "--ref", "main", "--wait", "--json"});
    BOOST_TEST(result.exit_code == 0, result.err);
    const auto told = boost::json::parse(result.out).as_object();
    BOOST_TEST(told.at("status").as_string() == "success");
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);
    const auto plain = kahn_remote({"trigger", "acme/rocket", "ci.yml"});
    BOOST_TEST(plain.exit_code == 0, plain.err);
    BOOST_TEST(contains(plain.out, "Pipeline triggered successfully"));
}

BOOST_AUTO_TEST_CASE(the_exit_status_tells_how_a_run_ended) {
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", text(run_that_ends("success"))}).exit_code == 0);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", text(run_that_ends("neutral"))}).exit_code == 0);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", text(run_that_ends("failure"))}).exit_code == 1);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", text(run_that_ends("skipped"))}).exit_code == 4);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", text(run_that_goes_on()), "--timeout", "1s"}).exit_code == 8);
    BOOST_TEST(kahn_remote({"status", "acme/rocket", text(run_that_goes_on())}).exit_code == 8);
}

BOOST_AUTO_TEST_CASE(failures_have_statuses_of_their_own) {
    const auto missing = kahn_remote({"status", "acme/rocket", "7"});
    BOOST_TEST(missing.exit_code == 2);
    BOOST_TEST(contains(missing.err, "HTTP 404"));
    directory.write("token", "wrong\n");
    const auto refused = kahn_remote({"status", "acme/rocket", "7"});
    BOOST_TEST(refused.exit_code == 5);
    BOOST_TEST(!contains(refused.err, "wrong"));
    directory.write("token", "test-token\n");
    server.greet(Listener::api, testing::Greeting::wrong_name);
    const auto unsafe = kahn_remote({"status", "acme/rocket", "7"});
    BOOST_TEST(unsafe.exit_code == 6);
    BOOST_TEST(contains(unsafe.err, "not one of api.gh.test"));
}

BOOST_AUTO_TEST_CASE(a_wait_survives_a_server_in_trouble) {
    const auto id = run_that_ends("success");
    server.script(FaultRule("GET", "/runs/[0-9]+", testing::nth(1), testing::answer(502, "<html>")));
    const auto result = kahn_remote({"wait", "acme/rocket", text(id)});
    BOOST_TEST(result.exit_code == 0, result.err);
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_the_wait_and_cancels_the_run_if_that_is_wanted) {
    for (const bool cancels : {false, true}) {
        const auto id = run_that_goes_on();
        server.recorder().clear();
        auto words = arguments({"wait", "acme/rocket", text(id)});
        if (cancels) words.push_back("--cancel-on-interrupt");
        Program program(words);
        program.in(directory.path()).start();
        BOOST_REQUIRE(server.recorder().wait_for(1, Listener::api, "GET", "/runs/" + text(id)));
        program.send(SIGINT);
        const auto result = program.finish();
        BOOST_TEST(result.exit_code == 130, result.err);
        BOOST_TEST(server.recorder().count(Listener::api, "POST", "/runs/" + text(id) + "/cancel$") == (cancels ? 1U : 0U));
    }
}

BOOST_AUTO_TEST_CASE(runs_jobs_logs_and_reruns) {
    const auto id = run_that_ends("failure");
    const auto runs = kahn_remote({"runs", "acme/rocket", "--json"});
    BOOST_TEST(runs.exit_code == 0, runs.err);
    BOOST_TEST(boost::json::parse(runs.out).at("data").at("runs").as_array().size() == 1U);
    const auto jobs = kahn_remote({"jobs", "acme/rocket", text(id), "--json"});
    BOOST_TEST(jobs.exit_code == 0, jobs.err);
    const auto job = boost::json::parse(jobs.out).at("data").at("jobs").at(0).at("id").as_int64();
    const auto log = kahn_remote({"logs", "acme/rocket", text(id), "--job", text(job)});
    BOOST_TEST(log.exit_code == 0, log.err);
    BOOST_TEST(log.out == "first\nlast\n");
    const auto again = kahn_remote({"rerun", "acme/rocket", text(id), "--failed"});
    BOOST_TEST(again.exit_code == 0, again.err);
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/rerun-failed-jobs$") == 1U);
    BOOST_TEST(server.recorder().breaches().empty());
}

BOOST_AUTO_TEST_CASE(wrong_words_are_wrong_usage) {
    BOOST_TEST(kahn_remote({"status", "acme", "7"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", "x"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", "7", "--timeout", "soon"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"trigger", "acme/rocket", "ci.yml", "--input", "novalue"}).exit_code == 2);
    BOOST_TEST(kahn({"remote"}).run().exit_code == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
