#include "remote/scripted_transport.hpp"
#include "remote/server_fixture.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;
using testing::Listener;

namespace {

/// A run on the fake server that has a job which resists.
struct Resisting : ServerFixture {
    void start(bool resists, std::chrono::milliseconds ends_after = 1h) {
        testing::RunPlan plan;
        plan.timeline = {testing::TimelinePoint(0ms, "in_progress"), testing::TimelinePoint(ends_after, "completed", "success")};
        testing::JobPlan job("build", 0ms, ends_after);
        job.always = resists;
        plan.jobs.push_back(job);
        run_id = server.start_run("acme", "rocket", plan);
    }
    std::size_t asked(const std::string& verb) { return server.recorder().count(Listener::api, "POST", "/" + verb + "$"); }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(cancellations)

BOOST_FIXTURE_TEST_CASE(a_cancellation_is_followed_to_its_effect, Resisting) {
    start(false);
    const auto cancelled = get(client().cancel_and_wait(repository, run_id));
    BOOST_TEST_REQUIRE(static_cast<bool>(cancelled), cancelled.failure().text);
    BOOST_TEST((cancelled.value().outcome == CancelOutcome::requested));
    BOOST_TEST(cancelled.value().watched.is_complete);
    BOOST_TEST(cancelled.value().watched.run.conclusion == "cancelled");
    BOOST_TEST(!cancelled.value().is_forced);
    BOOST_TEST(asked("force-cancel") == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_run_that_resists_is_ended_by_force, Resisting) {
    start(true);
    CancelOptions patience;
    patience.escalate_after = 1min;
    const auto cancelled = get(client().cancel_and_wait(repository, run_id, patience));
    BOOST_TEST_REQUIRE(static_cast<bool>(cancelled), cancelled.failure().text);
    BOOST_TEST(cancelled.value().is_forced);
    BOOST_TEST(cancelled.value().watched.is_complete);
    BOOST_TEST(asked("cancel") == 1U);
    BOOST_TEST(asked("force-cancel") == 1U);
    BOOST_TEST(clock->passed() >= 60s);
    BOOST_TEST(clock->passed() < 90s);
}

BOOST_FIXTURE_TEST_CASE(force_comes_only_if_it_may_and_before_the_deadline, Resisting) {
    start(true);
    CancelOptions never;
    never.escalate_after = 0ms;
    never.deadline = client().now() + 2min;
    const auto left = get(client().cancel_and_wait(repository, run_id, never));
    BOOST_TEST_REQUIRE(static_cast<bool>(left), left.failure().text);
    BOOST_TEST(!left.value().watched.is_complete);
    BOOST_TEST(asked("force-cancel") == 0U);
    BOOST_TEST(clock->passed() >= 120s);
    CancelOptions brief;
    brief.deadline = client().now() + 10s;
    BOOST_TEST(!get(client().cancel_and_wait(repository, run_id, brief)).value().watched.is_complete);
    BOOST_TEST(asked("force-cancel") == 0U);
}

BOOST_FIXTURE_TEST_CASE(a_run_that_had_ended_keeps_its_conclusion, Resisting) {
    start(false, 1s);
    clock->advance(5s);
    const auto late = get(client().cancel_and_wait(repository, run_id));
    BOOST_TEST_REQUIRE(static_cast<bool>(late), late.failure().text);
    BOOST_TEST((late.value().outcome == CancelOutcome::already_completed));
    BOOST_TEST(late.value().watched.run.conclusion == "success");
}

BOOST_FIXTURE_TEST_CASE(a_run_that_cannot_be_cancelled_is_told_in_githubs_words, Resisting) {
    testing::RunPlan zombie;
    zombie.timeline = {testing::TimelinePoint(0ms, "queued")};
    zombie.is_zombie = true;
    const auto refused = get(client().cancel_and_wait(repository, server.start_run("acme", "rocket", zombie)));
    BOOST_TEST((refused.failure().kind == ErrorKind::conflict));
    BOOST_TEST(refused.failure().github_message.find("not been queued") != std::string::npos);
}

BOOST_FIXTURE_TEST_CASE(a_rerun_that_runs_already_after_a_lost_answer_is_ours, RemoteFixture) {
    int asked = 0;
    transport->handler = [&](const HttpRequest& request) {
        if (request.method == "GET") return answer(200, run_json(42, "completed", "failure", 1));  // the next attempt does not show yet
        return ++asked == 1 ? broken(ErrorKind::truncated) : answer(403, R"({"message":"This workflow is already running"})");
    };
    const auto attempt = get(client().rerun(repository, 42));
    BOOST_TEST_REQUIRE(static_cast<bool>(attempt), attempt.failure().text);
    BOOST_TEST(attempt.value() == 2);
    // Without a lost one it is somebody else's.
    const auto refused = get(client().rerun(repository, 42));
    BOOST_TEST((refused.failure().kind == ErrorKind::forbidden));
    BOOST_TEST(refused.failure().github_message == "This workflow is already running");
}

BOOST_AUTO_TEST_SUITE_END()
