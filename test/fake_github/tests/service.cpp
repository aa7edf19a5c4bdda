#include "fake_github/service.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace {

using namespace kahn::testing;
using namespace std::chrono_literals;

/// GitHub without a network, and a client of it.
struct Fixture {
    Fixture() { world.epoch = kahn::SystemTime{} + std::chrono::hours{24 * 20'000}; }

    Response ask(const std::string& method, const std::string& target, const std::string& body = {}, HeaderFields more = {}) {
        Request request(method, target);
        request.headers = {{"User-Agent", "test"}, {"Authorization", "Bearer test-token"}};
        for (auto& [name, value] : more) {
            std::erase_if(request.headers, [&name](const auto& field) { return same_name(field.first, name); });
            if (!value.empty()) request.headers.emplace_back(name, value);
        }
        request.body = body;
        return service.answer_api(request, now);
    }
    Response get(const std::string& target, HeaderFields more = {}) { return ask("GET", target, {}, std::move(more)); }
    Response dispatch(const std::string& body, HeaderFields more = {}) {
        return ask("POST", "/repos/acme/rocket/actions/workflows/ci.yml/dispatches", body, std::move(more));
    }
    Response blob(const std::string& location, HeaderFields headers = {}) {
        Request request("GET", location.substr(std::string("https://blob.test").size()));
        request.headers = std::move(headers);
        return service.answer_blob(request, now);
    }
    Run& start(RunPlan plan = RunPlan()) {
        auto& repository = world.repository("acme", "rocket");
        return world.start_run(repository, repository.workflows[0], plan, "main", "octocat", now);
    }
    Workflow& workflow() { return world.repository("acme", "rocket").workflows[0]; }
    static std::string message(const Response& response) {
        return std::string(boost::json::parse(response.body).at("message").as_string());
    }
    static boost::json::value body(const Response& response) { return boost::json::parse(response.body); }
    static std::string run_path(const Run& run) { return "/repos/acme/rocket/actions/runs/" + std::to_string(run.id); }

    World world;
    Service service{world, Urls()};
    Milliseconds now{0};
};

BOOST_FIXTURE_TEST_SUITE(dispatching, Fixture)

BOOST_AUTO_TEST_CASE(the_old_version_answers_204_and_tells_the_id_when_asked) {
    BOOST_TEST(dispatch(R"({"ref":"main"})").status == 204U);
    const auto told = dispatch(R"({"ref":"main","return_run_details":true})");
    BOOST_TEST(told.status == 200U);
    const auto id = body(told).at("workflow_run_id").as_int64();
    BOOST_TEST(id > 30'000'000'000);
    BOOST_TEST(get("/repos/acme/rocket/actions/runs/" + std::to_string(id)).status == 200U);
    BOOST_TEST(body(get("/repos/acme/rocket/actions/runs")).at("total_count").as_int64() == 2);
}

BOOST_AUTO_TEST_CASE(the_new_version_always_tells_the_id) {
    BOOST_TEST(dispatch(R"({"ref":"main"})", {{"X-GitHub-Api-Version", "2026-03-10"}}).status == 200U);
}

BOOST_AUTO_TEST_CASE(an_old_enterprise_server_refuses_the_key_and_the_new_version) {
    world.become_ghes("3.19.2");
    BOOST_TEST(dispatch(R"({"ref":"main","return_run_details":true})").status == 400U);
    BOOST_TEST(dispatch(R"({"ref":"main"})").status == 204U);
    BOOST_TEST(dispatch(R"({"ref":"main"})", {{"X-GitHub-Api-Version", "2026-03-10"}}).status == 400U);
    BOOST_TEST(std::string(body(get("/meta")).at("installed_version").as_string()) == "3.19.2");
}

BOOST_AUTO_TEST_CASE(refusals_come_in_the_order_of_github) {
    BOOST_TEST(message(dispatch("{", {{"Authorization", "Bearer wrong"}})) == "Problems parsing JSON");
    BOOST_TEST(message(dispatch("[]")) == "Body should be a JSON object");
    BOOST_TEST(dispatch(R"({"ref":"nowhere"})", {{"Authorization", "Bearer wrong"}}).status == 401U);
    workflow().state = "disabled_manually";
    workflow().has_dispatch = false;
    BOOST_TEST(message(dispatch(R"({"ref":"nowhere"})")) == "Cannot trigger a 'workflow_dispatch' on a disabled workflow");
    workflow().state = "active";
    BOOST_TEST(message(dispatch(R"({"ref":"nowhere"})")) == "Workflow does not have 'workflow_dispatch' trigger");
    workflow().has_dispatch = true;
    BOOST_TEST(message(dispatch(R"({"ref":"nowhere","inputs":{"foo":1}})")) == "No ref found for: nowhere");
    BOOST_TEST(message(dispatch(R"({"ref":"main","inputs":{"foo":1}})")) == "Unexpected inputs provided: [\"foo\"]");
    BOOST_TEST(message(dispatch(R"({"ref":"main","inputs":{"level":"loud"}})")) ==
               "Provided value 'loud' for input 'level' not in the list of allowed values");
    workflow().inputs["note"].is_required = true;
    BOOST_TEST(message(dispatch(R"({"ref":"main"})")) == "Required input 'note' not provided");
    BOOST_TEST(world.repository("acme", "rocket").runs.empty());
}

BOOST_AUTO_TEST_CASE(a_new_run_is_not_found_until_it_is_visible) {
    workflow().plan.visibility_delay = 2s;
    const auto details = dispatch(R"({"ref":"main","return_run_details":true})");
    const auto path = "/repos/acme/rocket/actions/runs/" + std::to_string(body(details).at("workflow_run_id").as_int64());
    BOOST_TEST(get(path).status == 404U);
    BOOST_TEST(body(get("/repos/acme/rocket/actions/runs")).at("total_count").as_int64() == 0);
    now = 2s;
    BOOST_TEST(get(path).status == 200U);
}

BOOST_AUTO_TEST_CASE(the_name_of_a_run_may_hold_an_input) {
    workflow().run_name = "Deploy ${{ inputs.note }}";
    dispatch(R"({"ref":"refs/heads/main","inputs":{"note":"n-17"}})");
    const auto runs = body(get("/repos/acme/rocket/actions/runs?event=workflow_dispatch&branch=main"));
    BOOST_TEST(std::string(runs.at("workflow_runs").as_array().at(0).at("display_title").as_string()) == "Deploy n-17");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(who_may, Fixture)

BOOST_AUTO_TEST_CASE(a_request_without_a_user_agent_is_refused) {
    BOOST_TEST(get("/rate_limit", {{"User-Agent", ""}}).status == 403U);
}

BOOST_AUTO_TEST_CASE(a_token_without_the_permission_is_told_which_one) {
    world.tokens[0].may_write_actions = false;
    const auto response = dispatch(R"({"ref":"main"})");
    BOOST_TEST(response.status == 403U);
    BOOST_TEST(response.header("x-accepted-github-permissions").value() == "actions=write");
}

BOOST_AUTO_TEST_CASE(a_private_repository_does_not_exist_for_strangers) {
    world.repositories[0].is_private = true;
    BOOST_TEST(get("/repos/acme/rocket").status == 200U);
    BOOST_TEST(get("/repos/acme/rocket", {{"Authorization", ""}}).status == 404U);
    world.tokens[0].private_repositories.emplace();
    BOOST_TEST(get("/repos/acme/rocket").status == 404U);
}

BOOST_AUTO_TEST_CASE(unknown_and_retired_versions_are_told_apart) {
    world.retired_versions = {"2021-01-01"};
    BOOST_TEST(get("/versions", {{"X-GitHub-Api-Version", "1999-01-01"}}).status == 400U);
    BOOST_TEST(get("/versions", {{"X-GitHub-Api-Version", "2021-01-01"}}).status == 410U);
}

BOOST_AUTO_TEST_CASE(a_renamed_repository_redirects_with_the_query) {
    world.repositories[0].former_names = {"acme/old"};
    const auto moved = get("/repos/acme/old/actions/runs?per_page=5");
    BOOST_TEST(moved.status == 301U);
    BOOST_TEST(moved.header("location").value() == "https://api.gh.test/repositories/1296269/actions/runs?per_page=5");
    BOOST_TEST(ask("POST", "/repos/acme/old/actions/workflows/ci.yml/dispatches", R"({"ref":"main"})").status == 307U);
}

BOOST_AUTO_TEST_CASE(a_trailing_slash_is_not_found) { BOOST_TEST(get("/repos/acme/rocket/").status == 404U); }

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(limits, Fixture)

BOOST_AUTO_TEST_CASE(a_304_costs_nothing_and_a_changed_run_is_sent_anew) {
    const auto path = run_path(start());
    const auto whole = get(path);
    const auto etag = whole.header("etag").value();
    BOOST_TEST(etag.starts_with("W/\""));
    BOOST_TEST(whole.header("x-ratelimit-remaining").value() == "4999");
    const auto same = get(path, {{"If-None-Match", "\"other\", " + etag}});
    BOOST_TEST(same.status == 304U);
    BOOST_TEST(same.body.empty());
    BOOST_TEST(same.header("x-ratelimit-remaining").value() == "4999");
    now = 1s;
    BOOST_TEST(get(path, {{"If-None-Match", etag}}).status == 200U);
}

BOOST_AUTO_TEST_CASE(the_primary_limit_refuses_until_its_reset) {
    world.limits.limit = 2;
    get("/repos/acme/rocket");
    get("/repos/acme/rocket");
    const auto refused = get("/repos/acme/rocket");
    BOOST_TEST(refused.status == 403U);
    BOOST_TEST(message(refused) == "API rate limit exceeded for user ID 583231.");
    BOOST_TEST(refused.header("x-ratelimit-remaining").value() == "0");
    BOOST_TEST(get("/rate_limit").status == 200U);
    now = 1h;
    BOOST_TEST(get("/repos/acme/rocket").status == 200U);
}

BOOST_AUTO_TEST_CASE(the_secondary_limit_has_its_words_and_its_end) {
    world.limits.secondary_until = 60s;
    world.limits.secondary_status = 429;
    world.limits.secondary_retry_after = 60;
    const auto refused = get("/repos/acme/rocket");
    BOOST_TEST(refused.status == 429U);
    BOOST_TEST(refused.header("retry-after").value() == "60");
    BOOST_TEST(message(refused).find("secondary rate limit") != std::string::npos);
    now = 60s;
    BOOST_TEST(get("/repos/acme/rocket").status == 200U);
}

BOOST_AUTO_TEST_CASE(the_date_follows_the_clock_and_its_skew) {
    const auto before = get("/versions").header("date").value();
    world.skew = 24h;
    BOOST_TEST(get("/versions").header("date").value() != before);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(runs_of_github, Fixture)

BOOST_AUTO_TEST_CASE(pages_lead_to_each_other_by_the_number_of_the_repository) {
    for (int i = 0; i < 5; ++i) start();
    const auto page = get("/repos/acme/rocket/actions/runs?per_page=2&page=2");
    BOOST_TEST(body(page).at("workflow_runs").as_array().size() == 2U);
    const std::string url = "<https://api.gh.test/repositories/1296269/actions/runs?per_page=2&page=";
    BOOST_TEST(page.header("link").value() == url + "1>; rel=\"prev\", " + url + "3>; rel=\"next\", " + url + "3>; rel=\"last\", " + url +
                                                  "1>; rel=\"first\"");
    BOOST_TEST(get("/repositories/1296269/actions/runs?per_page=2&page=3").status == 200U);
    BOOST_TEST(!get("/repos/acme/rocket/actions/runs").header("link").has_value());
}

BOOST_AUTO_TEST_CASE(lists_are_filtered_and_newest_first) {
    start().event = "schedule";
    const auto id = start().id;
    now = 5s;
    start();
    const auto count = [this](const std::string& query) {
        return body(get("/repos/acme/rocket/actions/runs?" + query)).at("total_count").as_int64();
    };
    BOOST_TEST(count("event=push") == 2);
    BOOST_TEST(count("status=success") == 2);
    BOOST_TEST(count("status=queued") == 1);
    BOOST_TEST(count("created=%3E%3D2024-10-04T00:00:05Z") == 1);
    BOOST_TEST(count("created=2024-10-04..2024-10-04") == 3);
    BOOST_TEST(get("/repos/acme/rocket/actions/runs?status=startup_failure").status == 422U);
    const auto list = body(get("/repos/acme/rocket/actions/runs"));
    BOOST_TEST(list.at("workflow_runs").as_array().at(1).at("id").as_int64() == id);
}

BOOST_AUTO_TEST_CASE(cancelling_what_is_over_or_a_zombie_is_a_conflict) {
    auto& run = start();
    BOOST_TEST(ask("POST", run_path(run) + "/cancel").status == 202U);
    now = 10s;
    BOOST_TEST(message(ask("POST", run_path(run) + "/cancel")) == "Cannot cancel a workflow run that is completed.");
    RunPlan plan;
    plan.is_zombie = true;
    auto& zombie = start(plan);
    BOOST_TEST(ask("POST", run_path(zombie) + "/force-cancel").status == 409U);
    BOOST_TEST(ask("POST", run_path(zombie) + "/rerun").status == 403U);
}

BOOST_AUTO_TEST_CASE(a_rerun_is_a_new_attempt_and_the_old_one_stays) {
    RunPlan plan;
    plan.jobs = {JobPlan("build", 1s, 2s), JobPlan("test", 1s, 3s, "failure")};
    plan.timeline.back().conclusion = "failure";
    RunPlan better = plan;
    better.timeline.back().conclusion = "success";
    better.jobs[1].conclusion = "success";
    plan.on_rerun = {better};
    auto& run = start(plan);
    BOOST_TEST(ask("POST", run_path(run) + "/rerun").status == 403U);
    now = 5s;
    BOOST_TEST(ask("POST", run_path(run) + "/rerun-failed-jobs").status == 201U);
    const auto again = body(get(run_path(run)));
    BOOST_TEST(again.at("run_attempt").as_int64() == 2);
    BOOST_TEST(again.at("conclusion").is_null());
    BOOST_TEST(std::string(again.at("previous_attempt_url").as_string()).ends_with("/attempts/1"));
    now = 9s;
    BOOST_TEST(std::string(body(get(run_path(run))).at("conclusion").as_string()) == "success");
    BOOST_TEST(std::string(body(get(run_path(run) + "/attempts/1")).at("conclusion").as_string()) == "failure");
    BOOST_TEST(body(get(run_path(run) + "/jobs")).at("total_count").as_int64() == 2);
    BOOST_TEST(body(get(run_path(run) + "/jobs?filter=all")).at("total_count").as_int64() == 4);
}

BOOST_AUTO_TEST_CASE(an_approved_run_goes_on_from_where_it_stood) {
    RunPlan plan;
    plan.timeline = {TimelinePoint(0ms, "waiting"), TimelinePoint(1s, "queued"), TimelinePoint(2s, "completed", "success")};
    plan.pending_deployments = {PendingDeployment(7, "production", {"boss"})};
    auto& run = start(plan);
    now = 100s;
    BOOST_TEST(body(get(run_path(run) + "/pending_deployments")).as_array().size() == 1U);
    BOOST_TEST(ask("POST", run_path(run) + "/pending_deployments", R"({"environment_ids":[7],"state":"approved","comment":""})").status == 200U);
    now = 101s;
    BOOST_TEST(std::string(body(get(run_path(run))).at("status").as_string()) == "queued");
    now = 102s;
    BOOST_TEST(std::string(body(get(run_path(run))).at("conclusion").as_string()) == "success");
}

BOOST_AUTO_TEST_CASE(a_concurrency_group_shows_the_place_in_the_queue) {
    RunPlan plan;
    plan.timeline = {TimelinePoint(0ms, "pending")};
    plan.concurrency_group = "deploy";
    plan.concurrency_position = 3;
    auto& run = start(plan);
    const auto groups = body(get(run_path(run) + "/concurrency_groups")).at("concurrency_groups");
    BOOST_TEST(groups.as_array().at(0).at("group_members").as_array().at(0).at("position").as_int64() == 3);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(downloads_of_github, Fixture)

BOOST_AUTO_TEST_CASE(an_artifact_is_elsewhere_for_a_minute_and_no_token_may_come) {
    RunPlan plan;
    plan.artifacts = {ArtifactPlan("report", "0123456789")};
    auto& run = start(plan);
    const auto path = "/repos/acme/rocket/actions/artifacts/" + std::to_string(run.plan.artifacts[0].id) + "/zip";
    const auto redirect = get(path);
    BOOST_TEST(redirect.status == 302U);
    const auto location = redirect.header("location").value();
    BOOST_TEST(blob(location).body == "0123456789");
    BOOST_TEST(blob(location, {{"Authorization", "Bearer test-token"}}).status == 400U);
    const auto part = blob(location, {{"Range", "bytes=4-"}, {"If-Range", blob(location).header("etag").value()}});
    BOOST_TEST(part.status == 206U);
    BOOST_TEST(part.body == "456789");
    BOOST_TEST(part.header("content-range").value() == "bytes 4-9/10");
    BOOST_TEST(blob(location, {{"Range", "bytes=10-"}}).status == 416U);
    BOOST_TEST(blob(location + "x").status == 403U);
    now = 60s;
    BOOST_TEST(blob(location).status == 403U);
    run.plan.artifacts[0].is_expired = true;
    BOOST_TEST(get(path).status == 410U);
}

BOOST_AUTO_TEST_CASE(logs_exist_when_the_run_is_over) {
    RunPlan plan;
    plan.jobs = {JobPlan("build / linux", 1s, 2s)};
    plan.jobs[0].log = "hello\n";
    auto& run = start(plan);
    BOOST_TEST(get(run_path(run) + "/logs").status == 404U);
    now = 3s;
    BOOST_TEST(blob(get(run_path(run) + "/logs").header("location").value()).body.starts_with("PK\x03\x04"));
    const auto job = "/repos/acme/rocket/actions/jobs/" + std::to_string(run.plan.jobs[0].id);
    BOOST_TEST(blob(get(job + "/logs").header("location").value()).body == "hello\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
