#include "remote/classify.hpp"
#include "remote/dispatch_machine.hpp"
#include "remote/etag_cache.hpp"
#include "remote/poll_policy.hpp"
#include "remote/rate_gate.hpp"
#include "remote/redirect_policy.hpp"
#include "remote/retry_policy.hpp"
#include "remote/status_map.hpp"
#include "remote/timestamps.hpp"

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace std::chrono_literals;
using Action = Verdict::Action;

namespace {

const SystemTime server_time{std::chrono::seconds{1'790'000'000}};

HttpResponse response(unsigned status, std::vector<Headers::Field> headers = {}, std::string body = "") {
    HttpResponse out;
    out.status = status;
    out.body = std::move(body);
    out.headers.add("Date", to_header_date(server_time));
    for (auto& [name, value] : headers) out.headers.add(name, value);
    return out;
}

// A local clock that is a day slow must not matter.
Verdict judge(const HttpResponse& answer) { return classify(answer, server_time - 24h, "s3cret"); }

RemoteFailure failure(ErrorKind kind, bool may_have_arrived = true) {
    RemoteFailure out(kind, "x");
    out.may_have_arrived = may_have_arrived;
    return out;
}

WorkflowRun made(std::int64_t id, const std::string& created, const std::string& branch = "main", const std::string& title = "") {
    WorkflowRun run;
    run.id = id;
    run.event = "workflow_dispatch";
    run.head_branch = branch;
    run.created_at = created;
    run.display_title = title;
    return run;
}

const SystemTime since = *parse_iso8601("2026-01-01T00:00:00Z");

}  // namespace

BOOST_AUTO_TEST_SUITE(policies)

BOOST_AUTO_TEST_CASE(good_answers_and_redirects_are_no_failures) {
    BOOST_TEST((judge(response(200)).action == Action::accept));
    BOOST_TEST((judge(response(204)).action == Action::accept));
    BOOST_TEST((judge(response(304)).action == Action::accept));
    BOOST_TEST((judge(response(302)).action == Action::redirect));
}

BOOST_AUTO_TEST_CASE(retry_after_is_seconds_or_a_date_within_an_hour) {
    BOOST_TEST((judge(response(429, {{"Retry-After", "30"}})).wait == 30s));
    BOOST_TEST((judge(response(403, {{"Retry-After", "0"}})).wait == 1s));
    BOOST_TEST((judge(response(403, {{"Retry-After", "999999"}})).wait == 3600s));
    BOOST_TEST((judge(response(429, {{"Retry-After", to_header_date(server_time + 45s)}})).wait == 45s));
    BOOST_TEST((judge(response(429, {{"Retry-After", "30"}})).failure.kind == ErrorKind::rate_limited));
}

BOOST_AUTO_TEST_CASE(the_reset_counts_from_the_servers_own_date) {
    const auto verdict = judge(response(403, {{"x-ratelimit-remaining", "0"}, {"x-ratelimit-reset", "1790000090"}}));
    BOOST_TEST((verdict.action == Action::wait));
    BOOST_TEST((verdict.wait == 91s));
}

BOOST_AUTO_TEST_CASE(the_secondary_limit_is_known_by_its_words) {
    const auto by_text = judge(response(403, {}, R"({"message":"You have exceeded a secondary rate limit."})"));
    BOOST_TEST((by_text.action == Action::back_off));
    BOOST_TEST((by_text.failure.kind == ErrorKind::secondary_limit));
    BOOST_TEST((judge(response(403, {}, R"({"message":"x","documentation_url":"https://d#abuse-rate-limits"})")).action == Action::back_off));
    BOOST_TEST((judge(response(429)).action == Action::back_off));
}

BOOST_AUTO_TEST_CASE(what_no_repetition_mends_is_permanent) {
    const std::vector<std::pair<unsigned, ErrorKind>> cases{{400, ErrorKind::rejected},  {401, ErrorKind::auth},     {403, ErrorKind::forbidden},
                                                            {404, ErrorKind::not_found}, {409, ErrorKind::conflict}, {410, ErrorKind::gone},
                                                            {422, ErrorKind::rejected},  {451, ErrorKind::rejected}};
    for (const auto& [status, kind] : cases) {
        const auto verdict = judge(response(status, {{"x-github-request-id", "AB:12"}}, R"({"message":"words"})"));
        BOOST_TEST((verdict.action == Action::give_up), status);
        BOOST_TEST((verdict.failure.kind == kind), status);
        BOOST_TEST(verdict.failure.github_message == "words");
        BOOST_TEST(verdict.failure.request_id == "AB:12");
        BOOST_TEST(verdict.failure.http_status == status);
    }
    BOOST_TEST((judge(response(503, {{"Retry-After", "7"}})).action == Action::retry));
    BOOST_TEST((judge(response(503, {{"Retry-After", "7"}})).wait == 7s));
    BOOST_TEST((judge(response(408)).action == Action::retry));
}

BOOST_AUTO_TEST_CASE(both_kinds_of_errors_elements_are_told) {
    BOOST_TEST(parse_error_body(R"({"message":"Validation Failed","errors":["plain",{"resource":"R","field":"f","code":"c"},{"message":"m"},7]})").message ==
               "Validation Failed; plain; R f c; m");
    BOOST_TEST(parse_error_body("[1,2]").message == "");
    BOOST_TEST(parse_error_body("<html>").message == "");
}

BOOST_AUTO_TEST_CASE(hints_say_what_is_missing) {
    BOOST_TEST(judge(response(403, {{"X-Accepted-GitHub-Permissions", "actions=write"}})).failure.hint.find("actions=write") != std::string::npos);
    BOOST_TEST(judge(response(401, {{"github-authentication-token-expiration", "2026-01-02 15:04:05 UTC"}})).failure.hint.find("2026-01-02") != std::string::npos);
    BOOST_TEST(judge(response(404)).failure.hint.find("private") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(an_unknown_version_is_a_reason_to_change_it) {
    BOOST_TEST((judge(response(400, {}, R"({"message":"The API version is not supported"})")).action == Action::downgrade));
    BOOST_TEST((judge(response(410, {}, R"({"message":"This API version has been retired"})")).action == Action::downgrade));
    BOOST_TEST((judge(response(410, {}, R"({"message":"Artifact has expired"})")).action == Action::give_up));
}

BOOST_AUTO_TEST_CASE(reads_are_repeated_with_growing_pauses) {
    RetryPolicy retry(Repeatable::always, 5);
    std::vector<std::int64_t> pauses;
    while (const auto pause = retry.after(failure(ErrorKind::server_error), 1.0)) pauses.push_back(pause->count());
    BOOST_TEST(pauses == (std::vector<std::int64_t>{500, 1000, 2000, 4000}), boost::test_tools::per_element());
    RetryPolicy patient(Repeatable::always, 20);
    std::int64_t longest = 0;
    while (const auto pause = patient.after(failure(ErrorKind::truncated), 1.0)) longest = std::max(longest, pause->count());
    BOOST_TEST(longest == 20'000);
}

BOOST_AUTO_TEST_CASE(a_dispatch_is_repeated_only_if_it_was_not_sent) {
    BOOST_TEST(!RetryPolicy(Repeatable::never, 5).after(failure(ErrorKind::server_error), 0.5).has_value());
    BOOST_TEST(!RetryPolicy(Repeatable::never, 5).after(failure(ErrorKind::truncated), 0.5).has_value());
    BOOST_TEST(RetryPolicy(Repeatable::never, 5).after(failure(ErrorKind::connect, false), 0.5).has_value());
    BOOST_TEST(RetryPolicy(Repeatable::never, 5).after(failure(ErrorKind::tls_timeout, false), 0.5).has_value());
    BOOST_TEST(!RetryPolicy(Repeatable::checked, 5).after(failure(ErrorKind::timeout), 0.5).has_value());
}

BOOST_AUTO_TEST_CASE(what_is_wrong_for_good_is_not_repeated) {
    for (const auto kind : {ErrorKind::tls_verify, ErrorKind::auth, ErrorKind::not_found, ErrorKind::header_limit, ErrorKind::too_large, ErrorKind::redirect}) {
        BOOST_TEST(!RetryPolicy(Repeatable::always, 5).after(failure(kind, false), 0.5).has_value());
    }
    auto refused = failure(ErrorKind::proxy, false);
    refused.http_status = 407;
    BOOST_TEST(!RetryPolicy(Repeatable::always, 5).after(refused, 0.5).has_value());
    refused.http_status = 502;
    BOOST_TEST(RetryPolicy(Repeatable::never, 5).after(refused, 0.5).has_value());
    RetryPolicy names(Repeatable::always, 9);
    BOOST_TEST(names.after(failure(ErrorKind::resolve, false), 0.5).has_value());
    BOOST_TEST(names.after(failure(ErrorKind::resolve, false), 0.5).has_value());
    BOOST_TEST(!names.after(failure(ErrorKind::resolve, false), 0.5).has_value());
}

BOOST_AUTO_TEST_CASE(one_limit_closes_the_gate_for_all) {
    RateGate gate;
    const SteadyTime now{100s};
    BOOST_TEST((gate.opens_at(now, false) == now));
    BOOST_TEST(gate.close(judge(response(429, {{"Retry-After", "30"}})), now));
    BOOST_TEST((gate.opens_at(now, false) == now + 30s));
    BOOST_TEST((gate.opens_at(now + 40s, false) == now + 40s));
}

BOOST_AUTO_TEST_CASE(the_secondary_limit_doubles_and_ends) {
    RateGate gate;
    SteadyTime now{100s};
    const auto verdict = judge(response(429));
    for (const int wait : {60, 120, 240, 480, 960}) {
        BOOST_TEST(gate.close(verdict, now));
        // Another request that was on its way says the same: that is no repetition.
        BOOST_TEST(gate.close(verdict, now + 1s));
        BOOST_TEST((gate.opens_at(now, false) == now + std::chrono::seconds{wait}));
        now += std::chrono::seconds{wait};
    }
    BOOST_TEST(!gate.close(verdict, now));
    gate.learn(response(200), server_time, now);
    BOOST_TEST(gate.close(verdict, now));
    BOOST_TEST((gate.opens_at(now, false) == now + 60s));
}

BOOST_AUTO_TEST_CASE(a_second_lies_between_two_changes) {
    RateGate gate;
    const SteadyTime now{100s};
    gate.sent(now, true);
    BOOST_TEST((gate.opens_at(now, true) == now + 1s));
    BOOST_TEST((gate.opens_at(now, false) == now));
}

BOOST_AUTO_TEST_CASE(looking_gets_rarer_while_nothing_changes) {
    PollPolicy poll;
    const SteadyTime now{100s};
    BOOST_TEST((poll.next(0ms, std::nullopt, now, 0.5) == 2000ms));
    for (int i = 0; i < 10; ++i) poll.unchanged();
    BOOST_TEST((poll.next(0ms, std::nullopt, now, 0.5) == 15'000ms));
    BOOST_TEST((poll.next(30'000ms, std::nullopt, now, 0.0) == 30'000ms));
    poll.changed();
    BOOST_TEST((poll.next(0ms, std::nullopt, now, 0.5) == 2000ms));
}

BOOST_AUTO_TEST_CASE(a_small_budget_brakes) {
    PollPolicy poll;
    RateLimit limit;
    limit.limit = 5000;
    limit.remaining = 100;
    const SteadyTime now{100s};
    limit.resets_at = now + 3000s;
    BOOST_TEST((poll.next(0ms, limit, now, 0.5) == 60'000ms));
    limit.remaining = 5000;
    BOOST_TEST((poll.next(0ms, limit, now, 0.5) == 2000ms));
}

BOOST_AUTO_TEST_CASE(the_cache_forgets_the_oldest_beyond_its_limits) {
    EtagCache cache(2, 1000);
    const auto entry = [](std::size_t bytes) {
        CachedResponse out;
        out.etag = "e";
        out.body = std::make_shared<const std::string>(bytes, 'x');
        return out;
    };
    cache.store("a", entry(10));
    cache.store("b", entry(10));
    BOOST_TEST(cache.find("a"));
    cache.store("c", entry(10));
    BOOST_TEST(!cache.find("b"));
    BOOST_TEST(cache.find("a"));
    cache.store("d", entry(990));
    BOOST_TEST(cache.size() == 1U);
    cache.store("e", entry(2000));
    BOOST_TEST(!cache.find("e"));
    cache.drop("d");
    BOOST_TEST(cache.bytes() == 0U);
    BOOST_TEST(EtagCache::key("GET", "u", "a", "v", "t1") != EtagCache::key("GET", "u", "a", "v", "t2"));
}

BOOST_AUTO_TEST_CASE(github_words_map_as_the_table_says) {
    struct Row {
        const char* status;
        const char* conclusion;
        PipelineStatus expected;
        const char* reason;
        bool is_terminal;
    };
    using Status = PipelineStatus;
    const std::vector<Row> rows{{"queued", "", Status::pending, "queued", false},
                                {"requested", "", Status::pending, "requested", false},
                                {"pending", "", Status::pending, "concurrency", false},
                                {"waiting", "", Status::pending, "approval", false},
                                {"in_progress", "", Status::running, "", false},
                                {"", "", Status::pending, "unknown:", false},
                                {"odd", "", Status::pending, "unknown:odd", false},
                                {"completed", "success", Status::success, "", true},
                                {"completed", "neutral", Status::success, "neutral", true},
                                {"completed", "skipped", Status::skipped, "", true},
                                {"completed", "cancelled", Status::cancelled, "", true},
                                {"completed", "failure", Status::failure, "failure", true},
                                {"completed", "timed_out", Status::failure, "timed_out", true},
                                {"completed", "startup_failure", Status::failure, "startup_failure", true},
                                {"completed", "stale", Status::failure, "stale", true},
                                {"completed", "action_required", Status::failure, "action_required", true},
                                {"completed", "odd", Status::failure, "unknown:odd", true},
                                {"completed", "", Status::failure, "no_conclusion", false}};
    for (const Row& row : rows) {
        const auto state = map_state(row.status, row.conclusion);
        BOOST_TEST((state.status == row.expected), row.status << " " << row.conclusion);
        BOOST_TEST(state.reason == row.reason);
        BOOST_TEST(state.is_terminal == row.is_terminal);
    }
    BOOST_TEST((map_state("completed", "action_required", true).status == Status::pending));
    BOOST_TEST(!map_state("completed", "action_required", true).is_terminal);
}

BOOST_AUTO_TEST_CASE(the_token_stays_behind_at_the_first_other_host_for_good) {
    RedirectPolicy redirect(*parse_url("https://api/x"), "GET");
    BOOST_TEST(!redirect.follow(302, "/y").has_value());
    BOOST_TEST(redirect.carries_token());
    BOOST_TEST(!redirect.follow(302, "https://blob/1").has_value());
    BOOST_TEST(!redirect.carries_token());
    BOOST_TEST(!redirect.follow(302, "https://api/z").has_value());
    BOOST_TEST(!redirect.carries_token());
}

BOOST_AUTO_TEST_CASE(redirects_that_must_not_be_followed_are_not) {
    const auto refused = [](const std::string& method, unsigned status, std::optional<std::string> to) {
        RedirectPolicy redirect(*parse_url("https://api/x"), method);
        const auto failure = redirect.follow(status, to);
        return failure && failure->kind == ErrorKind::redirect;
    };
    BOOST_TEST(refused("GET", 302, "http://api/y"));
    BOOST_TEST(refused("GET", 302, "https://api/x"));
    BOOST_TEST(refused("GET", 302, std::nullopt));
    BOOST_TEST(refused("GET", 302, "ftp://api/x"));
    BOOST_TEST(refused("POST", 302, "https://api/y"));
    BOOST_TEST(refused("POST", 307, "https://other/y"));
    BOOST_TEST(!refused("POST", 307, "https://api/y"));
    RedirectPolicy endless(*parse_url("https://api/0"), "GET");
    int followed = 0;
    while (!endless.follow(302, "/" + std::to_string(followed + 1))) ++followed;
    BOOST_TEST(followed == 5);
}

BOOST_AUTO_TEST_CASE(a_dispatch_whose_id_is_told_is_done) {
    DispatchMachine machine{DispatchClues()};
    BOOST_TEST((machine.next() == DispatchMachine::Step::post));
    Dispatched told;
    told.run_id = 7;
    machine.accepted(told);
    BOOST_TEST((machine.next() == DispatchMachine::Step::done));
    BOOST_TEST(machine.result().value().run_id == 7);
}

BOOST_AUTO_TEST_CASE(a_lost_dispatch_is_looked_for_and_never_sent_again) {
    DispatchClues clues;
    clues.branch = "main";
    clues.highest_before = 10;
    DispatchMachine machine(clues);
    machine.lost(failure(ErrorKind::truncated));
    std::vector<std::int64_t> pauses;
    while (machine.next() != DispatchMachine::Step::done) {
        BOOST_TEST_REQUIRE((machine.next() == DispatchMachine::Step::wait));
        pauses.push_back(machine.pause().count());
        machine.waited();
        BOOST_TEST_REQUIRE((machine.next() == DispatchMachine::Step::list));
        machine.listed({made(10, "2026-01-01T00:00:09Z"), made(11, "2026-01-01T00:00:09Z", "other"), made(12, "2025-12-31T23:59:00Z")}, since);
    }
    BOOST_TEST(pauses == (std::vector<std::int64_t>{1000, 2000, 4000, 8000, 8000, 8000, 8000, 8000, 8000, 5000}), boost::test_tools::per_element());
    BOOST_TEST((machine.result().failure().kind == ErrorKind::outcome_unknown));
    BOOST_TEST(machine.result().failure().text.find("dispatch outcome unknown") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(exactly_one_new_run_is_ours_and_several_are_not_guessed_among) {
    DispatchClues clues;
    clues.branch = "main";
    DispatchMachine one(clues);
    one.accepted(std::nullopt);
    one.waited();
    one.list_failed(failure(ErrorKind::server_error));
    one.waited();
    one.listed({made(12, "2026-01-01T00:00:09Z"), made(12, "2026-01-01T00:00:09Z")}, since);
    BOOST_TEST(one.result().value().run_id == 12);
    BOOST_TEST((one.result().value().correlation == Correlation::matched));

    DispatchMachine several(clues);
    several.accepted(std::nullopt);
    several.waited();
    several.listed({made(12, "2026-01-01T00:00:09Z"), made(13, "2026-01-01T00:00:09Z")}, since);
    BOOST_TEST(several.result().value().run_id == 0);
    BOOST_TEST((several.result().value().correlation == Correlation::ambiguous));
    BOOST_TEST(several.result().value().candidates.size() == 2U);

    clues.claimed = {13};
    clues.nonce = "kahn-1";
    DispatchMachine known(clues);
    known.accepted(std::nullopt);
    known.waited();
    known.listed({made(12, "2026-01-01T00:00:09Z", "main", "build kahn-1"), made(13, "2026-01-01T00:00:09Z", "main", "kahn-1"), made(14, "2026-01-01T00:00:09Z")}, since);
    BOOST_TEST(known.result().value().run_id == 12);
}

BOOST_AUTO_TEST_CASE(an_accepted_run_that_never_shows_up_is_unknown_but_no_failure) {
    DispatchMachine machine{DispatchClues()};
    machine.accepted(std::nullopt);
    while (machine.next() != DispatchMachine::Step::done) {
        machine.waited();
        machine.listed({}, since);
    }
    BOOST_TEST_REQUIRE(static_cast<bool>(machine.result()));
    BOOST_TEST((machine.result().value().correlation == Correlation::unknown));
}

BOOST_AUTO_TEST_SUITE_END()
