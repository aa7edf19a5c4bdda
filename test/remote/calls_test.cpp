#include "remote/scripted_transport.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;

namespace {

const std::string good = run_json(42, "completed", "success");

DispatchRequest dispatch_of(const std::string& workflow, const std::string& ref = "main") {
    DispatchRequest request;
    request.workflow = workflow;
    request.ref = ref;
    return request;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(calls, RemoteFixture)

BOOST_AUTO_TEST_CASE(case_01_server_errors_are_repeated_for_a_get_and_never_for_a_dispatch) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) { return ++asked < 3 ? answer(502, "<html>" + std::string(2000, 'x')) : answer(200, good); };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(asked == 3);

    asked = 0;
    transport->handler = [&](const HttpRequest&) { return answer(502, std::string(2000, 'x')); };
    const auto failed = get(client().run(repository, 42));
    BOOST_TEST((failed.failure().kind == ErrorKind::server_error));
    BOOST_TEST(failed.failure().attempts == 5);
    BOOST_TEST(failed.failure().text.size() < 600U);

    transport->seen.clear();
    transport->handler = [&](const HttpRequest& request) { return request.method == "POST" ? answer(502) : answer(200, list_json({})); };
    const auto lost = get(client().dispatch(repository, dispatch_of("ci.yml")));
    BOOST_TEST((lost.failure().kind == ErrorKind::outcome_unknown));
    BOOST_TEST(transport->count("POST") == 1U);
}

BOOST_AUTO_TEST_CASE(case_02_a_503_says_how_long_to_wait) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) { return ++asked == 1 ? answer(503, "", {{"Retry-After", "7"}}) : answer(200, good); };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(passed().count() == 7);
}

BOOST_AUTO_TEST_CASE(case_03_a_429_with_retry_after_is_waited_for_by_a_dispatch_too) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) {
        return ++asked == 1 ? answer(429, "", {{"Retry-After", "30"}}) : answer(200, R"({"workflow_run_id":30433642123,"run_url":"u","html_url":"h"})");
    };
    const auto dispatched = get(client().dispatch(repository, dispatch_of("ci.yml")));
    BOOST_TEST_REQUIRE(static_cast<bool>(dispatched));
    BOOST_TEST(dispatched.value().run_id == 30433642123);
    BOOST_TEST(asked == 2);
    BOOST_TEST(passed().count() >= 30);
}

BOOST_AUTO_TEST_CASE(case_04_the_primary_limit_is_waited_out_by_the_servers_date) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) {
        return ++asked == 1 ? answer(403, R"({"message":"API rate limit exceeded"})",
                                     {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1790000090"}, {"Date", to_header_date(SystemTime{1790000000s})}})
                            : answer(200, good);
    };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(passed().count() == 91);
}

BOOST_AUTO_TEST_CASE(case_05_the_secondary_limit_backs_off_and_gives_up_after_five) {
    options.operation_timeout = 24h;
    transport->handler = [&](const HttpRequest&) { return answer(403, R"({"message":"You have exceeded a secondary rate limit."})"); };
    const auto failed = get(client().run(repository, 42));
    BOOST_TEST((failed.failure().kind == ErrorKind::secondary_limit));
    BOOST_TEST(transport->seen.size() == 6U);
    BOOST_TEST(passed().count() == 60 + 120 + 240 + 480 + 960);
}

BOOST_AUTO_TEST_CASE(case_06_a_limit_beyond_the_deadline_fails_at_once_and_says_when) {
    options.operation_timeout = 60s;
    transport->handler = [&](const HttpRequest&) { return answer(429, "", {{"Retry-After", "3000"}}); };
    const auto failed = get(client().run(repository, 42));
    BOOST_TEST((failed.failure().kind == ErrorKind::rate_limited));
    BOOST_TEST((failed.failure().retry_after == 3000s));
    BOOST_TEST(failed.failure().text.find("3000 s") != std::string::npos);
    BOOST_TEST(transport->seen.size() == 1U);
    BOOST_TEST(passed().count() == 0);
    // The next one does not even ask.
    BOOST_TEST((get(client().run(repository, 43)).failure().kind == ErrorKind::rate_limited));
    BOOST_TEST(transport->seen.size() == 1U);
}

BOOST_AUTO_TEST_CASE(case_08_09_10_11_what_is_permanent_is_asked_once_and_has_githubs_words) {
    const std::vector<std::pair<unsigned, ErrorKind>> cases{{401, ErrorKind::auth}, {403, ErrorKind::forbidden}, {404, ErrorKind::not_found}, {422, ErrorKind::rejected}};
    for (const auto& [status, kind] : cases) {
        transport->seen.clear();
        const unsigned code = status;
        transport->handler = [code](const HttpRequest&) {
            return answer(code, R"({"message":"No ref found for: fail"})", {{"X-Accepted-GitHub-Permissions", "actions=write"}});
        };
        const auto failed = get(client().dispatch(repository, dispatch_of("ci.yml")));
        BOOST_TEST((failed.failure().kind == kind));
        BOOST_TEST(failed.failure().github_message == "No ref found for: fail");
        BOOST_TEST(transport->seen.size() == 1U);
        if (status == 403) BOOST_TEST(failed.failure().hint.find("actions=write") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(case_12_an_unknown_version_is_changed_once_for_the_server) {
    const auto version = [](const HttpRequest& request) { return request.headers.find("x-github-api-version").value_or(""); };
    transport->handler = [&](const HttpRequest& request) {
        if (version(request) == "2026-03-10") return answer(400, R"({"message":"API version 2026-03-10 is not supported"})");
        return request.method == "POST" ? answer(200, R"({"workflow_run_id":5})") : answer(200, good);
    };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(transport->seen.size() == 3U);
    // With the older version a dispatch has to ask for the id.
    BOOST_TEST(static_cast<bool>(get(client().dispatch(repository, dispatch_of("ci.yml")))));
    BOOST_TEST(transport->seen.back().request.body.find("return_run_details") != std::string::npos);
    transport->handler = [&](const HttpRequest&) { return answer(410, R"({"message":"This API version has been retired"})"); };
    BOOST_TEST((get(client().run(repository, 42)).failure().kind == ErrorKind::api_version));
}

BOOST_AUTO_TEST_CASE(case_13_what_was_not_sent_is_sent_again_a_dispatch_too) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) { return ++asked < 3 ? broken(ErrorKind::connect, false) : answer(200, R"({"workflow_run_id":5})"); };
    BOOST_TEST(static_cast<bool>(get(client().dispatch(repository, dispatch_of("ci.yml")))));
    BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_CASE(case_23_a_dispatch_whose_answer_is_cut_is_looked_for) {
    transport->handler = [&](const HttpRequest& request) {
        if (request.method == "POST") return broken(ErrorKind::truncated, true, 200);
        return answer(200, list_json({run_json(99, "queued", "", 1, to_iso8601(clock->system_now()))}));
    };
    const auto dispatched = get(client().dispatch(repository, dispatch_of("ci.yml")));
    BOOST_TEST_REQUIRE(static_cast<bool>(dispatched));
    BOOST_TEST(dispatched.value().run_id == 99);
    BOOST_TEST((dispatched.value().correlation == Correlation::matched));
    BOOST_TEST(transport->count("POST") == 1U);
}

BOOST_AUTO_TEST_CASE(case_26_json_that_is_none_is_asked_for_once_more) {
    transport->handler = [&](const HttpRequest&) { return answer(200, "{\"id\":\x1b oops"); };
    const auto failed = get(client().run(repository, 42));
    BOOST_TEST((failed.failure().kind == ErrorKind::bad_json));
    BOOST_TEST(transport->seen.size() == 2U);
    BOOST_TEST(failed.failure().text.find("\\x1B oops") != std::string::npos);
    for (const auto* const odd : {"[]", "null", "7", "\"x\"", "{\"id\":\"\xff\"}", "{\"id\":-1}", "{\"id\":0}"}) {
        transport->handler = [odd](const HttpRequest&) { return answer(200, odd); };
        BOOST_TEST((get(client().run(repository, 42)).failure().kind == ErrorKind::bad_json), odd);
    }
}

BOOST_AUTO_TEST_CASE(case_33_a_server_that_never_answers_costs_the_deadline_and_no_more) {
    options.operation_timeout = 45s;
    transport->handler = [](const HttpRequest&) { return std::nullopt; };
    const auto failed = get(client().run(repository, 42));
    BOOST_TEST((failed.failure().kind == ErrorKind::timeout));
    BOOST_TEST(passed().count() <= 45);
    transport->seen.clear();
    const auto lost = get(client().dispatch(repository, dispatch_of("ci.yml")));
    BOOST_TEST((lost.failure().kind == ErrorKind::outcome_unknown));
    BOOST_TEST(transport->count("POST") == 1U);
}

BOOST_AUTO_TEST_CASE(case_34_what_has_not_changed_is_taken_from_the_cache) {
    int asked = 0;
    transport->handler = [&](const HttpRequest& request) {
        ++asked;
        const auto tag = request.headers.find("if-none-match");
        if (asked == 1) return answer(200, good, {{"ETag", "W/\"1\""}});
        if (asked == 2) return answer(tag == "W/\"1\"" ? 304 : 500);
        if (asked == 3) return answer(404, "{}");  // forgotten with it
        if (asked == 4) return answer(tag ? 500 : 304);  // nobody asked
        return answer(tag ? 500 : 200, good);
    };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    const auto again = get(client().run(repository, 42));
    BOOST_TEST_REQUIRE(static_cast<bool>(again));
    BOOST_TEST(again.value().id == 42);
    BOOST_TEST((get(client().run(repository, 42)).failure().kind == ErrorKind::not_found));
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(asked == 5);
}

BOOST_AUTO_TEST_CASE(case_35_a_renamed_repository_is_followed_and_the_token_stays_at_home) {
    transport->handler = [&](const HttpRequest& request) {
        if (request.url.find("/repos/") != std::string::npos) return answer(301, "", {{"Location", "/repositories/1/actions/runs/42"}});
        return answer(200, good);
    };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(transport->seen.back().request.headers.find("authorization").has_value());
    transport->handler = [&](const HttpRequest& request) {
        if (request.url.find("api.gh.test") != std::string::npos) return answer(302, "", {{"Location", "https://elsewhere.test/x"}});
        return answer(200, good);
    };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(!transport->seen.back().request.headers.find("authorization").has_value());
    transport->handler = [&](const HttpRequest&) { return answer(302, "", {{"Location", "http://api.gh.test/x"}}); };
    BOOST_TEST((get(client().run(repository, 42)).failure().kind == ErrorKind::redirect));
}

BOOST_AUTO_TEST_CASE(case_43_a_cancelled_call_ends_at_once_wherever_it_is) {
    const std::vector<std::pair<const char*, ScriptedTransport::Handler>> places{
        {"in the request", [](const HttpRequest&) { return std::nullopt; }},
        {"in the wait for a limit", [](const HttpRequest&) { return answer(429, "", {{"Retry-After", "3000"}}); }},
        {"between two attempts", [](const HttpRequest&) { return answer(502); }}};
    for (const auto& [name, handler] : places) {
        RemoteFixture own;
        own.transport->handler = handler;
        for (int rounds = 0; rounds < 12; ++rounds) {
            boost::asio::cancellation_signal signal;
            std::optional<Result<WorkflowRun>> result;
            boost::asio::co_spawn(own.context, own.client().run(own.repository, 42),
                                  boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, Result<WorkflowRun> value) { result = std::move(value); }));
            // After each number of handlers: also before the first one has run.
            for (int i = 0; i < rounds; ++i) own.context.poll_one();
            signal.emit(boost::asio::cancellation_type::terminal);
            for (int i = 0; i < 200 && !result; ++i) {
                own.context.restart();
                own.context.poll();
            }
            BOOST_TEST_REQUIRE(result.has_value(), name << " after " << rounds);
            BOOST_TEST((result->failure().kind == ErrorKind::cancelled), name);
        }
    }
}

BOOST_AUTO_TEST_CASE(case_43_a_cancelled_dispatch_that_was_sent_says_that_it_does_not_know) {
    transport->handler = [](const HttpRequest&) { return std::nullopt; };
    boost::asio::cancellation_signal signal;
    std::optional<Result<Dispatched>> result;
    boost::asio::co_spawn(context, client().dispatch(repository, dispatch_of("ci.yml")),
                          boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, Result<Dispatched> value) { result = std::move(value); }));
    context.poll();
    BOOST_TEST_REQUIRE(transport->count("POST") == 1U);
    signal.emit(boost::asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    BOOST_TEST_REQUIRE(result.has_value());
    BOOST_TEST((result->failure().kind == ErrorKind::outcome_unknown));
}

BOOST_AUTO_TEST_CASE(lists_go_on_over_pages_without_doubles) {
    transport->handler = [&](const HttpRequest& request) {
        if (request.url.find("page=2") == std::string::npos) {
            return answer(200, list_json({run_json(3, "queued"), run_json(2, "queued")}), {{"Link", "<https://api.gh.test/repositories/1/actions/runs?page=2>; rel=\"next\""}});
        }
        return answer(200, list_json({run_json(2, "queued"), run_json(1, "queued")}), {{"Link", "<https://evil.test/x>; rel=\"next\""}});
    };
    RunFilter filter;
    filter.limit = 50;
    filter.branch = "a&b";
    const auto runs = get(client().runs(repository, filter));
    BOOST_TEST_REQUIRE(static_cast<bool>(runs));
    BOOST_TEST(runs.value().runs.size() == 3U);
    BOOST_TEST(transport->seen.size() == 2U);
    BOOST_TEST(transport->seen.front().request.url.find("branch=a%26b") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_old_enterprise_server_is_asked_before_and_the_new_run_found) {
    options.base_url = "https://ghe.test";
    bool is_dispatched = false;
    transport->handler = [&](const HttpRequest& request) {
        if (request.url.ends_with("/meta")) return answer(200, R"({"installed_version":"3.19.2"})");
        if (request.method == "POST") {
            is_dispatched = true;
            return answer(request.body.find("return_run_details") == std::string::npos ? 204 : 400);
        }
        std::vector<std::string> runs{run_json(10, "completed", "success", 1, to_iso8601(clock->system_now()))};
        if (is_dispatched) runs.insert(runs.begin(), run_json(11, "queued", "", 1, to_iso8601(clock->system_now())));
        return answer(200, list_json(runs));
    };
    const auto dispatched = get(client().dispatch(repository, dispatch_of("ci.yml")));
    BOOST_TEST_REQUIRE(static_cast<bool>(dispatched));
    BOOST_TEST(dispatched.value().run_id == 11);
    BOOST_TEST(transport->seen.back().request.headers.find("x-github-api-version").value() == "2022-11-28");
    BOOST_TEST(transport->seen.back().request.url.starts_with("https://ghe.test/api/v3/repos/acme/rocket/"));
}

BOOST_AUTO_TEST_CASE(a_server_that_minds_the_key_is_asked_without_it_and_remembered) {
    options.base_url = "https://ghe.test";
    transport->handler = [&](const HttpRequest& request) {
        if (request.url.ends_with("/meta")) return answer(404, "{}");
        if (request.method != "POST") return answer(200, list_json({run_json(11, "queued", "", 1, to_iso8601(clock->system_now()))}));
        if (request.body.find("return_run_details") == std::string::npos) return answer(204);
        return answer(422, R"({"message":"Invalid request. \"return_run_details\" is not a permitted key."})");
    };
    const auto first = get(client().dispatch(repository, dispatch_of("ci.yml")));
    BOOST_TEST_REQUIRE(static_cast<bool>(first));
    BOOST_TEST(first.value().run_id == 11);
    BOOST_TEST(transport->count("POST") == 2U);
}

BOOST_AUTO_TEST_CASE(an_empty_ref_is_the_default_branch) {
    transport->handler = [&](const HttpRequest& request) {
        return request.method == "POST" ? answer(200, R"({"workflow_run_id":5})") : answer(200, R"({"default_branch":"trunk"})");
    };
    const auto dispatched = get(client().dispatch(repository, dispatch_of("ci.yml", "")));
    BOOST_TEST(dispatched.value().ref == "trunk");
    BOOST_TEST(transport->seen.back().request.body == R"({"ref":"trunk"})");
}

BOOST_AUTO_TEST_CASE(cancelling_a_run_that_has_ended_is_no_failure) {
    transport->handler = [&](const HttpRequest& request) {
        return request.method == "POST" ? answer(409, R"({"message":"Cannot cancel a workflow run that is completed."})") : answer(200, good);
    };
    BOOST_TEST((get(client().cancel(repository, 42)).value() == CancelOutcome::already_completed));
    transport->handler = [&](const HttpRequest& request) {
        return request.method == "POST" ? answer(409, R"({"message":"Cannot cancel a workflow run that has not been queued yet."})") : answer(200, run_json(42, "queued"));
    };
    BOOST_TEST((get(client().cancel(repository, 42)).failure().kind == ErrorKind::conflict));
}

BOOST_AUTO_TEST_CASE(a_rerun_whose_answer_was_lost_is_looked_at_before_it_is_repeated) {
    bool is_started = false;
    transport->handler = [&](const HttpRequest& request) {
        if (request.method == "POST") {
            is_started = true;
            return broken(ErrorKind::truncated);
        }
        return answer(200, is_started ? run_json(42, "queued", "", 2) : run_json(42, "completed", "failure", 1));
    };
    const auto attempt = get(client().rerun(repository, 42));
    BOOST_TEST_REQUIRE(static_cast<bool>(attempt));
    BOOST_TEST(attempt.value() == 2);
    BOOST_TEST(transport->count("POST") == 1U);
}

BOOST_AUTO_TEST_CASE(two_changes_keep_a_second_between_them_and_one_limit_holds_up_all) {
    transport->handler = [&](const HttpRequest&) { return answer(202, "{}"); };
    BOOST_TEST(static_cast<bool>(get(client().cancel(repository, 42))));
    BOOST_TEST(static_cast<bool>(get(client().cancel(repository, 43))));
    BOOST_TEST(((transport->seen[1].at - transport->seen[0].at) >= 1s));
}

BOOST_AUTO_TEST_CASE(the_token_is_in_its_header_and_nowhere_else) {
    transport->handler = [&](const HttpRequest&) { return answer(422, "{\"message\":\"you sent s3cret-token to sig=abc\"}"); };
    const auto failed = get(client().run(repository, 42));
    BOOST_TEST(failed.failure().text.find("s3cret") == std::string::npos);
    BOOST_TEST(failed.failure().github_message.find("s3cret") == std::string::npos);
    BOOST_TEST(failed.failure().text.find("abc") == std::string::npos);
    BOOST_TEST(transport->seen.front().request.headers.find("authorization").value() == "Bearer s3cret-token");
}

BOOST_AUTO_TEST_SUITE_END()
