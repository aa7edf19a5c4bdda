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
    const auto all = kahn_remote({"logs", "acme/rocket", text(id)});
    BOOST_TEST(all.exit_code == 0, all.err);
    BOOST_TEST(all.out == "== build (failure) ==\nfirst\nlast\n");
    const auto lines = kahn_remote({"logs", "acme/rocket", text(id), "--failed", "--json"});
    BOOST_TEST(boost::json::parse(lines.out).at("log").as_string() == "first\nlast\n");
    BOOST_TEST(kahn_remote({"logs", "acme/rocket", text(run_that_ends("success")), "--failed"}).out.empty());
    BOOST_TEST(kahn_remote({"logs", "acme/rocket", text(id), "--follow", "--job", text(job)}).exit_code == 2);
    const auto again = kahn_remote({"rerun", "acme/rocket", text(id), "--failed"});
    BOOST_TEST(again.exit_code == 0, again.err);
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/rerun-failed-jobs$") == 1U);
    BOOST_TEST(server.recorder().breaches().empty());
}

BOOST_AUTO_TEST_CASE(logs_are_followed_job_by_job) {
    RunPlan plan;
    plan.timeline = {TimelinePoint(0ms, "in_progress"), TimelinePoint(1500ms, "completed", "success")};
    for (const auto* const name : {"early", "late", "skipped"}) plan.jobs.emplace_back(name, 0ms, 0ms);
    plan.jobs[0].log = "one\n";
    plan.jobs[1].ends = 1400ms;
    plan.jobs[1].log = "two\n";
    plan.jobs[2].conclusion = "skipped";
    const auto id = server.start_run("acme", "rocket", plan);
    const auto followed = kahn_remote({"logs", "acme/rocket", text(id), "--follow"});
    BOOST_TEST(followed.exit_code == 0, followed.err);
    BOOST_TEST(followed.out == "== early (success) ==\none\n== late (success) ==\ntwo\n");
    BOOST_TEST(server.recorder().count(Listener::api, "GET", "/jobs/[0-9]+/logs$") == 2U);
}

BOOST_AUTO_TEST_CASE(a_cancellation_may_be_waited_for_and_forced) {
    const auto id = run_that_goes_on();
    const auto ended = kahn_remote({"cancel", "acme/rocket", text(id), "--wait", "--json"});
    BOOST_TEST(ended.exit_code == 0, ended.err);
    const auto told = boost::json::parse(ended.out).as_object();
    BOOST_TEST(told.at("status").as_string() == "cancelled");
    BOOST_TEST(told.at("data").at("forced").as_bool() == false);

    RunPlan resisting;
    resisting.timeline = {TimelinePoint(0ms, "in_progress")};
    resisting.jobs.emplace_back("build", 0ms, 1h);
    resisting.jobs.back().always = true;
    const auto stubborn = server.start_run("acme", "rocket", resisting);
    const auto left = kahn_remote({"cancel", "acme/rocket", text(stubborn), "--wait", "--timeout", "500ms"});
    BOOST_TEST(left.exit_code == 8, left.err);
    const auto forced = kahn_remote({"cancel", "acme/rocket", text(stubborn), "--wait", "--escalate-after", "100ms"});
    BOOST_TEST(forced.exit_code == 0, forced.err);
    BOOST_TEST(contains(forced.err, "ended by force"));
    BOOST_TEST(contains(forced.out, "cancelled"));
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/force-cancel$") == 1U);
}

BOOST_AUTO_TEST_CASE(a_run_that_waits_says_for_whom_and_where_in_the_queue) {
    RunPlan waiting;
    waiting.timeline = {TimelinePoint(0ms, "waiting")};
    waiting.pending_deployments = {testing::PendingDeployment(1, "production", {"octocat"})};
    const auto gated = kahn_remote({"status", "acme/rocket", text(server.start_run("acme", "rocket", waiting))});
    BOOST_TEST(gated.exit_code == 8, gated.err);
    BOOST_TEST(contains(gated.out, "waits for: production"));
    BOOST_TEST(contains(gated.out, "reviewers: octocat"));
    RunPlan queued;
    queued.timeline = {TimelinePoint(0ms, "pending")};
    queued.concurrency_group = "deploy";
    queued.concurrency_position = 2;
    const auto pending = kahn_remote({"status", "acme/rocket", text(server.start_run("acme", "rocket", queued))});
    BOOST_TEST(contains(pending.out, "queue: deploy"));
    BOOST_TEST(contains(pending.out, "position: 2"));
}

BOOST_AUTO_TEST_CASE(case_28_what_would_steer_a_terminal_is_shown_and_kept_in_json) {
    RunPlan plan;
    plan.timeline = {TimelinePoint(0ms, "completed", "success")};
    plan.jobs.emplace_back("a\x1b[31mb\xc2\x9b", 0ms, 0ms);
    const auto id = text(server.start_run("acme", "rocket", plan));
    const auto shown = kahn_remote({"jobs", "acme/rocket", id});
    BOOST_TEST(shown.exit_code == 0, shown.err);
    BOOST_TEST(!contains(shown.out, "\x1b"));
    BOOST_TEST(!contains(shown.out, "\xc2\x9b"));
    const auto raw = kahn_remote({"jobs", "acme/rocket", id, "--json"});
    BOOST_TEST(boost::json::parse(raw.out).at("data").at("jobs").at(0).at("name").as_string() == "a\x1b[31mb\xc2\x9b");
}

BOOST_AUTO_TEST_CASE(a_token_that_soon_expires_is_warned_of) {
    const auto id = text(run_that_ends("success"));
    server.edit([](testing::World& world) { world.tokens.at(0).expiration = "2006-01-02 15:04:05 UTC"; });
    const auto result = kahn_remote({"status", "acme/rocket", id});
    BOOST_TEST(result.exit_code == 0, result.err);
    BOOST_TEST(contains(result.err, "the token has expired, at 2006-01-02 15:04:05 UTC"));
}

BOOST_AUTO_TEST_CASE(a_pipeline_has_a_job_on_the_server) {
    directory.write("ci.yaml", "name: p\nstages:\n- name: s\n  jobs:\n  - {name: there, github: {repo: acme/rocket, workflow: ci.yml}}\n"
                               "  - {name: after, dependencies: [there], commands: ['echo \"run $run_id: $conclusion\"']}\n");
    auto words = arguments({});
    words.erase(words.begin() + 1);  // not `remote`
    words.insert(words.begin() + 1, {"run", "ci.yaml"});
    Program program(words);
    const auto result = program.in(directory.path()).run();
    BOOST_TEST(result.exit_code == 0, result.err);
    BOOST_TEST(contains(result.err, "completed: success"), result.err);
    BOOST_TEST(contains(result.err, ": success"), result.err);
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/dispatches$") == 1U);
    const auto dry = kahn({"run", "ci.yaml", "--dry-run"}).in(directory.path()).run();
    BOOST_TEST(contains(dry.out, "workflow ci.yml of acme/rocket"), dry.out);
}

BOOST_AUTO_TEST_CASE(an_interrupt_ends_a_job_on_the_server_there) {
    server.edit([](testing::World& world) {
        RunPlan& plan = world.repository("acme", "rocket").workflows.at(0).plan;
        plan.timeline = {TimelinePoint(0ms, "in_progress")};
        plan.cancel_delay = 0ms;
    });
    directory.write("ci.yaml", "name: p\nstages: [{name: s, jobs: [{name: there, github: {repo: acme/rocket, workflow: ci.yml}}]}]\n");
    auto words = arguments({});
    words.erase(words.begin() + 1);
    words.insert(words.begin() + 1, {"run", "ci.yaml"});
    Program program(words);
    program.in(directory.path()).start();
    BOOST_REQUIRE(server.recorder().wait_for(1, Listener::api, "GET", "/runs/[0-9]+"));
    program.send(SIGINT);
    const auto result = program.finish();
    BOOST_TEST(result.exit_code == 130, result.err);
    BOOST_TEST(server.recorder().count(Listener::api, "POST", "/cancel$") == 1U);
    BOOST_TEST(contains(result.err, "GitHub was asked to cancel run"), result.err);
}

BOOST_AUTO_TEST_CASE(wrong_words_are_wrong_usage) {
    BOOST_TEST(kahn_remote({"status", "acme", "7"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", "x"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"wait", "acme/rocket", "7", "--timeout", "soon"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"trigger", "acme/rocket", "ci.yml", "--input", "novalue"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"cancel", "acme/rocket", "7", "--wait", "--force"}).exit_code == 2);
    BOOST_TEST(kahn_remote({"cancel", "acme/rocket", "7", "--wait", "--escalate-after", "x"}).exit_code == 2);
    const auto port = kahn_remote({"status", "acme/rocket", "7", "--connect-to", "h:443:127.0.0.1:http"});
    BOOST_TEST(port.exit_code == 2);
    BOOST_TEST(contains(port.err, "'http' is no port"));
    BOOST_TEST(kahn({"remote"}).run().exit_code == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
