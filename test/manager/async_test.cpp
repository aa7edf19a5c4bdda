#include <kahn/manager/async_pipeline_manager.hpp>

#include "remote/scripted_transport.hpp"
#include "support/temporary_directory.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

struct AsyncFixture : RemoteFixture {
    AsyncPipelineManager& manager() {
        if (!manager_) {
            AsyncOptions all;
            all.remote = options;
            all.log_sink = [this](LogLevel, std::string_view line) { log += std::string(line) + "\n"; };
            all.log_level = LogLevel::debug;
            all.local.workspace_dir = directory.path();
            manager_ = std::make_unique<AsyncPipelineManager>(context.get_executor(), all);
        }
        return *manager_;
    }
    AsyncPipelineResult trigger() { return get(manager().async_trigger_pipeline("nightly", "acme", "rocket", "ci.yml", ref_main())); }
    AsyncPipelineResult status() { return get(manager().async_get_pipeline_status("acme", "rocket", 42)); }

    static TriggerOptions ref_main() {
        TriggerOptions out;
        out.ref = "main";
        return out;
    }
    void answers(unsigned status, std::string body) {
        transport->handler = [status, body](const HttpRequest&) { return answer(status, body, {{"X-GitHub-Request-Id", "AB:1"}}); };
    }
    void breaks(ErrorKind kind) {
        transport->handler = [kind](const HttpRequest&) { return broken(kind, false); };
    }

    TemporaryDirectory directory;
    std::string log;

private:
    std::unique_ptr<AsyncPipelineManager> manager_;
};

std::string kind_of(const AsyncPipelineResult& result) { return std::string(result.data->at("error_kind").as_string()); }

}  // namespace

BOOST_FIXTURE_TEST_SUITE(asynchronous, AsyncFixture)

BOOST_AUTO_TEST_CASE(a_trigger_tells_the_run_that_it_started) {
    answers(200, R"({"workflow_run_id":30433642123,"run_url":"u","html_url":"h"})");
    TriggerOptions with_inputs = ref_main();
    with_inputs.inputs["a"] = "b";
    const auto result = get(manager().async_trigger_pipeline("nightly", "acme", "rocket", "ci.yml", with_inputs));
    BOOST_TEST(result.pipeline_id == "nightly");
    BOOST_TEST((result.status == PipelineStatus::pending));
    BOOST_TEST(result.message == "Pipeline triggered successfully");
    BOOST_TEST(!result.error.has_value());
    BOOST_TEST(json::serialize(*result.data) == R"({"repo":"acme/rocket","workflow_id":"ci.yml","ref":"main","inputs":{"a":"b"},"run_id":30433642123,"html_url":"h","run_url":"u","correlation":"returned"})");
    BOOST_TEST(trigger().data->at("inputs").is_null());
}

BOOST_AUTO_TEST_CASE(failures_of_a_trigger_have_the_texts_of_the_contract) {
    answers(422, R"({"message":"No ref found for: fail"})");
    auto result = trigger();
    BOOST_TEST((result.status == PipelineStatus::failure));
    BOOST_TEST(result.message == "Failed to trigger pipeline");
    BOOST_TEST(*result.error == "Failed to trigger pipeline: HTTP 422 - No ref found for: fail");
    BOOST_TEST(kind_of(result) == "rejected");
    BOOST_TEST(result.data->at("http_status").as_int64() == 422);
    BOOST_TEST(result.data->at("request_id").as_string() == "AB:1");
    answers(404, "plain words");
    BOOST_TEST(*trigger().error == "Failed to trigger pipeline: HTTP 404 - plain words");
    breaks(ErrorKind::connect);
    result = trigger();
    BOOST_TEST(result.message == "Network error");
    BOOST_TEST(result.error->starts_with("Network error triggering pipeline: "));
    breaks(ErrorKind::timeout);
    result = trigger();
    BOOST_TEST(result.message == "Pipeline trigger request timed out");
    BOOST_TEST(*result.error == "Pipeline trigger request timed out");
    transport->handler = [](const HttpRequest& request) { return request.method == "POST" ? answer(502) : answer(200, list_json({})); };
    result = trigger();
    BOOST_TEST(result.error->starts_with("dispatch outcome unknown"));
    BOOST_TEST(result.data->at("correlation").as_string() == "unknown");
}

BOOST_AUTO_TEST_CASE(a_status_has_githubs_words_and_ours) {
    answers(200, run_json(42, "completed", "neutral"));
    auto result = status();
    BOOST_TEST(result.pipeline_id == "42");
    BOOST_TEST((result.status == PipelineStatus::success));
    BOOST_TEST(result.message == "Pipeline completed (neutral)");
    BOOST_TEST(result.data->at("reason").as_string() == "neutral");
    BOOST_TEST(result.data->at("run_id").as_int64() == 42);
    for (const auto* const key : {"name", "head_branch", "head_sha", "status", "conclusion", "html_url", "created_at", "updated_at", "run_started_at", "run_attempt",
                                  "run_number", "event", "display_title", "jobs_url", "workflow_id", "path", "actor"}) {
        BOOST_TEST(result.data->contains(key), key);
    }
    answers(200, run_json(42, "in_progress"));
    result = status();
    BOOST_TEST((result.status == PipelineStatus::running));
    BOOST_TEST(result.message == "Pipeline in_progress");
    BOOST_TEST(result.data->at("conclusion").is_null());
}

BOOST_AUTO_TEST_CASE(failures_of_a_status_have_the_texts_of_the_contract) {
    answers(404, R"({"message":"Not Found"})");
    auto result = status();
    BOOST_TEST(result.pipeline_id == "42");
    BOOST_TEST(result.message == "Failed to get status");
    BOOST_TEST(*result.error == "Failed to get pipeline status: HTTP 404");
    BOOST_TEST(result.data->at("hint").as_string().find("private") != json::string::npos);
    breaks(ErrorKind::connect);
    result = status();
    BOOST_TEST(result.message == "Network error");
    BOOST_TEST(result.error->starts_with("Network error getting pipeline status: "));
    breaks(ErrorKind::timeout);
    BOOST_TEST(*status().error == "Pipeline status request timed out");
    BOOST_TEST((get(manager().async_get_pipeline_status("acme", "rocket", std::int64_t{0})).status == PipelineStatus::failure));
    answers(200, "[]");
    BOOST_TEST(kind_of(status()) == "bad_json");
    answers(200, list_json({}));
    result = get(manager().async_get_pipeline_status("acme", "rocket", std::string("build.yml")));
    BOOST_TEST(result.pipeline_id == "build.yml");
    BOOST_TEST((result.status == PipelineStatus::pending));
    BOOST_TEST(result.message == "No workflow runs found");
    BOOST_TEST(result.data->at("total_count").as_int64() == 0);
    BOOST_TEST(get(manager().async_get_pipeline_status("acme", "rocket", std::string())).pipeline_id == "unknown");
}

BOOST_AUTO_TEST_CASE(a_wait_ends_with_the_run_or_with_its_time) {
    transport->handler = [&](const HttpRequest&) { return answer(200, clock->passed() < 60s ? run_json(42, "in_progress") : run_json(42, "completed", "cancelled")); };
    auto result = get(manager().async_wait_for_completion("acme", "rocket", 42));
    BOOST_TEST((result.status == PipelineStatus::cancelled));
    BOOST_TEST(result.message == "Pipeline completed (cancelled)");
    for (const auto* const key : {"elapsed_ms", "polls", "not_modified", "rate_remaining"}) BOOST_TEST(result.data->contains(key), key);
    answers(200, run_json(42, "in_progress"));
    WaitOptions brief;
    brief.timeout = 90s;
    result = get(manager().async_wait_for_completion("acme", "rocket", 42, brief));
    BOOST_TEST((result.status == PipelineStatus::failure));
    BOOST_TEST(result.message == "Pipeline did not complete within 90s timeout");
    BOOST_TEST(*result.error == "Timeout waiting for pipeline completion");
    BOOST_TEST(result.data->at("last_known_status").as_string() == "running");
    breaks(ErrorKind::connect);
    brief.timeout = 2s;
    brief.poll_interval = 1s;
    result = get(manager().async_wait_for_completion("acme", "rocket", 99, brief));
    BOOST_TEST(result.pipeline_id == "99");
    BOOST_TEST(result.error->find("Timeout") != std::string::npos);
    BOOST_TEST(result.data->at("last_known_status").as_string() == "unknown");
    BOOST_TEST(result.data->at("last_error").as_string() == "it broke");
    answers(401, R"({"message":"Bad credentials"})");
    result = get(manager().async_wait_for_completion("acme", "rocket", 42));
    BOOST_TEST(kind_of(result) == "auth");
}

BOOST_AUTO_TEST_CASE(a_cancellation_is_asked_for_or_came_too_late) {
    answers(202, "{}");
    auto result = get(manager().async_cancel_pipeline("acme", "rocket", 42));
    BOOST_TEST((result.status == PipelineStatus::cancelled));
    BOOST_TEST(result.message == "Pipeline cancellation requested");
    BOOST_TEST(json::serialize(*result.data) == R"({"run_id":42})");
    transport->handler = [](const HttpRequest& request) { return request.method == "POST" ? answer(409, "{}") : answer(200, run_json(42, "completed", "failure")); };
    result = get(manager().async_cancel_pipeline("acme", "rocket", 42));
    BOOST_TEST((result.status == PipelineStatus::failure));
    BOOST_TEST(!result.error.has_value());
    BOOST_TEST(result.message == "Pipeline had already completed (failure)");
    answers(403, "{}");
    result = get(manager().async_cancel_pipeline("acme", "rocket", 42));
    BOOST_TEST(result.message == "Failed to cancel pipeline");
    BOOST_TEST(*result.error == "Failed to cancel pipeline: HTTP 403");
    breaks(ErrorKind::tls_verify);
    BOOST_TEST(get(manager().async_cancel_pipeline("acme", "rocket", 42)).error->starts_with("Network error cancelling pipeline: "));
}

BOOST_AUTO_TEST_CASE(a_list_has_its_rows) {
    answers(200, list_json({run_json(2, "queued"), run_json(1, "completed", "success")}));
    auto result = get(manager().async_get_workflow_runs("acme", "rocket"));
    BOOST_TEST(result.pipeline_id == "workflow_runs");
    BOOST_TEST((result.status == PipelineStatus::success));
    BOOST_TEST(result.message == "Found 2 workflow runs");
    BOOST_TEST(result.data->at("total_count").as_int64() == 2);
    BOOST_TEST(result.data->at("runs").as_array().at(1).at("conclusion").as_string() == "success");
    answers(422, "{}");
    BOOST_TEST(*get(manager().async_get_workflow_runs("acme", "rocket")).error == "Failed to get workflow runs: HTTP 422");
    breaks(ErrorKind::timeout);
    BOOST_TEST(get(manager().async_get_workflow_runs("acme", "rocket")).message == "Workflow runs request timed out");
}

BOOST_AUTO_TEST_CASE(results_are_json_as_the_contract_has_it) {
    answers(202, "{}");
    const auto text = get(manager().async_cancel_pipeline("acme", "rocket", 42)).to_json();
    BOOST_TEST(text.at("status").as_string() == "cancelled");
    BOOST_TEST(text.at("error").is_null());
    BOOST_TEST(text.at("timestamp").as_string().ends_with("+00:00"));
    BOOST_TEST(text.size() == 6U);
}

BOOST_AUTO_TEST_CASE(the_log_says_what_failed_and_never_the_token) {
    answers(401, R"({"message":"Bad credentials: s3cret-token"})");
    status();
    BOOST_TEST(log.find("[ASYNC] Failed to get pipeline status: HTTP 401") != std::string::npos);
    BOOST_TEST(log.find("s3cret") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(local_pipelines_run_beside_and_an_unknown_one_is_said_at_the_call) {
    BOOST_CHECK_EXCEPTION((void)manager().async_run_local_pipeline("x"), Error, [](const Error& error) { return std::string(error.what()) == "Pipeline 'x' not found"; });
}

BOOST_AUTO_TEST_CASE(construction_makes_nothing_and_refuses_nonsense) {
    BOOST_TEST(manager().base_url() == "https://api.gh.test");
    BOOST_TEST(std::filesystem::is_empty(directory.path()));
    AsyncOptions wrong;
    wrong.remote = options;
    wrong.remote.base_url = "ftp://x";
    BOOST_CHECK_THROW(AsyncPipelineManager(context.get_executor(), wrong), Error);
}

BOOST_AUTO_TEST_CASE(without_an_executor_an_operation_uses_its_callers_context) {
    AsyncOptions all;
    all.remote = options;
    AsyncPipelineManager free(all);
    answers(200, run_json(42, "queued"));
    BOOST_TEST(get(free.async_get_pipeline_status("acme", "rocket", 42)).pipeline_id == "42");
    AsyncPipelineResult once = get(async_get_pipeline_status("acme", "rocket", 42, all));
    BOOST_TEST(once.message == "Pipeline queued");
    answers(200, R"({"workflow_run_id":5})");
    BOOST_TEST(get(async_trigger_pipeline("acme", "rocket", "ci.yml", ref_main(), all)).pipeline_id == "acme/rocket/ci.yml");
}

BOOST_AUTO_TEST_SUITE_END()
