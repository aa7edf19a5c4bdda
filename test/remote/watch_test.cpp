#include "remote/scripted_transport.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;

namespace {

WatchOptions within(const VirtualClock& clock, std::chrono::nanoseconds time) {
    WatchOptions options;
    options.deadline = clock.now() + time;
    return options;
}

std::int64_t id_in(const std::string& url) {
    const auto at = url.rfind("/runs/");
    return at == std::string::npos ? 0 : std::stoll(url.substr(at + 6));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(watching, RemoteFixture)

BOOST_AUTO_TEST_CASE(a_run_is_watched_to_its_end_with_few_questions) {
    transport->handler = [&](const HttpRequest& request) {
        const bool is_done = clock->passed() >= 600s;
        const std::string tag = is_done ? "W/\"2\"" : "W/\"1\"";
        if (request.headers.find("if-none-match") == tag) return answer(304);
        return answer(200, is_done ? run_json(42, "completed", "success") : run_json(42, "in_progress"), {{"ETag", tag}});
    };
    const auto watched = get(client().watch(repository, 42, within(*clock, 3600s)));
    BOOST_TEST_REQUIRE(static_cast<bool>(watched));
    BOOST_TEST(watched.value().is_complete);
    BOOST_TEST(watched.value().run.conclusion == "success");
    BOOST_TEST(watched.value().polls < 60);
    BOOST_TEST(watched.value().not_modified == watched.value().polls - 2);
    BOOST_TEST(passed().count() < 620);
}

BOOST_AUTO_TEST_CASE(hiccups_do_not_end_a_watch_and_the_last_is_kept) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) -> std::optional<ExchangeOutcome> {
        switch (++asked) {
            case 2: return answer(502);
            case 3: return broken(ErrorKind::connect, false);
            case 4: return std::nullopt;
            case 5: return answer(200, "{");
            case 6: return answer(403, "", {{"Retry-After", "30"}});
            default: return answer(200, asked < 8 ? run_json(42, "queued") : run_json(42, "completed", "failure"));
        }
    };
    const auto watched = get(client().watch(repository, 42, within(*clock, 3600s)));
    BOOST_TEST_REQUIRE(static_cast<bool>(watched));
    BOOST_TEST(watched.value().is_complete);
    BOOST_TEST(!watched.value().last_error.empty());
}

BOOST_AUTO_TEST_CASE(what_is_permanent_ends_a_watch_at_once) {
    for (const unsigned status : {401U, 403U, 404U}) {
        transport->handler = [status](const HttpRequest&) { return answer(status, "{}"); };
        transport->seen.clear();
        const auto watched = get(client().watch(repository, 42, within(*clock, 3600s)));
        BOOST_TEST(!watched);
        BOOST_TEST(watched.failure().http_status == status);
        BOOST_TEST(transport->seen.size() == 1U);
    }
}

BOOST_AUTO_TEST_CASE(the_deadline_is_kept_also_while_a_request_hangs) {
    transport->handler = [](const HttpRequest&) { return std::nullopt; };
    const auto watched = get(client().watch(repository, 42, within(*clock, 50s)));
    BOOST_TEST_REQUIRE(static_cast<bool>(watched));
    BOOST_TEST(!watched.value().is_complete);
    BOOST_TEST(passed().count() == 50);
    BOOST_TEST(!watched.value().last_error.empty());
}

BOOST_AUTO_TEST_CASE(case_06_a_limit_beyond_the_deadline_ends_a_watch_at_once) {
    transport->handler = [](const HttpRequest&) { return answer(429, "", {{"Retry-After", "3000"}}); };
    const auto watched = get(client().watch(repository, 42, within(*clock, 600s)));
    BOOST_TEST((watched.failure().kind == ErrorKind::rate_limited));
    BOOST_TEST(transport->seen.size() == 1U);
    BOOST_TEST(passed().count() == 0);
}

BOOST_AUTO_TEST_CASE(case_10_a_fresh_run_may_be_not_found_for_half_a_minute) {
    transport->handler = [&](const HttpRequest&) { return clock->passed() < 20s ? answer(404, "{}") : answer(200, run_json(42, "completed", "success")); };
    auto fresh = within(*clock, 3600s);
    fresh.is_fresh = true;
    BOOST_TEST(static_cast<bool>(get(client().watch(repository, 42, fresh))));
    transport->handler = [&](const HttpRequest&) { return answer(404, "{}"); };
    const auto before = passed();
    fresh.deadline = clock->now() + 3600s;
    const auto lost = get(client().watch(repository, 42, fresh));
    BOOST_TEST((lost.failure().kind == ErrorKind::not_found));
    const auto waited = (passed() - before).count();
    BOOST_TEST(waited >= 30);
    BOOST_TEST(waited < 50);
}

BOOST_AUTO_TEST_CASE(case_14_a_name_that_never_was_there_ends_a_watch_soon) {
    transport->handler = [](const HttpRequest&) { return broken(ErrorKind::resolve, false); };
    const auto watched = get(client().watch(repository, 42, within(*clock, 3600s)));
    BOOST_TEST((watched.failure().kind == ErrorKind::resolve));
    BOOST_TEST(transport->seen.size() == 3U);
}

BOOST_AUTO_TEST_CASE(case_26_json_that_is_none_twice_in_a_row_ends_a_watch) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) { return ++asked == 2 ? answer(200, run_json(42, "queued")) : answer(200, "<html>"); };
    const auto watched = get(client().watch(repository, 42, within(*clock, 3600s)));
    BOOST_TEST((watched.failure().kind == ErrorKind::bad_json));
    BOOST_TEST(asked == 4);  // the good answer between counts anew
}

BOOST_AUTO_TEST_CASE(case_26_a_list_that_is_none_leaves_it_to_the_question_for_each_run) {
    transport->handler = [](const HttpRequest& request) {
        const auto id = id_in(std::string(request.url));
        return answer(200, id == 0 ? "[" : run_json(id, "completed", "success"));
    };
    std::vector<Result<Watched>> ended;
    for (const std::int64_t id : {7, 8, 9}) {
        boost::asio::co_spawn(context, client().watch(repository, id, within(*clock, 3600s)),
                              [&](std::exception_ptr, Result<Watched> watched) { ended.push_back(std::move(watched)); });
    }
    BOOST_TEST(clock->run(context, [&] { return ended.size() == 3; }));
    for (const auto& watched : ended) BOOST_TEST(static_cast<bool>(watched));
}

BOOST_AUTO_TEST_CASE(case_42_a_run_that_is_deleted_started_again_or_goes_backwards) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) { return ++asked < 3 ? answer(200, run_json(42, "queued")) : answer(404, "{}"); };
    BOOST_TEST((get(client().watch(repository, 42, within(*clock, 3600s))).failure().kind == ErrorKind::not_found));
    asked = 0;
    transport->handler = [&](const HttpRequest&) { return answer(200, ++asked < 3 ? run_json(42, "queued") : run_json(42, "queued", "", 2)); };
    const auto superseded = get(client().watch(repository, 42, within(*clock, 3600s)));
    BOOST_TEST((superseded.failure().kind == ErrorKind::superseded));
    BOOST_TEST(superseded.failure().text.find("attempt 2") != std::string::npos);
    asked = 0;
    const std::vector<std::string> states{"in_progress", "queued", "in_progress"};
    transport->handler = [&](const HttpRequest&) { return answer(200, ++asked <= 3 ? run_json(42, states[static_cast<std::size_t>(asked) - 1]) : run_json(42, "completed", "success")); };
    BOOST_TEST(get(client().watch(repository, 42, within(*clock, 3600s))).value().is_complete);
}

BOOST_AUTO_TEST_CASE(a_rerun_is_watched_from_its_new_attempt_on) {
    int asked = 0;
    transport->handler = [&](const HttpRequest&) { return answer(200, ++asked < 3 ? run_json(42, "completed", "failure", 1) : run_json(42, "completed", "success", 2)); };
    auto second = within(*clock, 3600s);
    second.attempt = 2;
    const auto watched = get(client().watch(repository, 42, second));
    BOOST_TEST(watched.value().run.conclusion == "success");
    BOOST_TEST(asked == 3);
}

BOOST_AUTO_TEST_CASE(a_completed_run_without_conclusion_gets_three_more_looks) {
    transport->handler = [&](const HttpRequest&) { return answer(200, run_json(42, "completed")); };
    const auto watched = get(client().watch(repository, 42, within(*clock, 3600s)));
    BOOST_TEST(watched.value().is_complete);
    BOOST_TEST(watched.value().reason == "no_conclusion");
    BOOST_TEST(watched.value().polls == 4);
}

BOOST_AUTO_TEST_CASE(a_poll_interval_is_a_floor) {
    transport->handler = [&](const HttpRequest&) { return answer(200, clock->passed() < 300s ? run_json(42, "queued") : run_json(42, "completed", "success")); };
    auto slow = within(*clock, 3600s);
    slow.poll_interval = 30s;
    BOOST_TEST(get(client().watch(repository, 42, slow)).value().polls <= 11);
}

BOOST_AUTO_TEST_CASE(a_hundred_watchers_of_a_repository_share_one_list) {
    std::vector<std::string> all;
    for (int id = 1; id <= 100; ++id) all.push_back(run_json(id, "in_progress"));
    std::vector<std::string> done;
    for (int id = 1; id <= 100; ++id) done.push_back(run_json(id, "completed", "success"));
    transport->handler = [&](const HttpRequest& request) {
        if (id_in(request.url) != 0) return answer(200, run_json(id_in(request.url), "in_progress"));
        return answer(200, list_json(clock->passed() < 120s ? all : done));
    };
    int ended = 0;
    for (int id = 1; id <= 100; ++id) {
        boost::asio::co_spawn(context, client().watch(repository, id, within(*clock, 3600s)), [&](std::exception_ptr, Result<Watched> watched) {
            if (watched && watched.value().is_complete) ++ended;
        });
    }
    BOOST_TEST(clock->run(context, [&] { return ended == 100; }));
    BOOST_TEST(transport->seen.size() < 30U);
}

BOOST_AUTO_TEST_CASE(runs_that_are_not_on_the_page_are_asked_for_in_turn) {
    transport->handler = [&](const HttpRequest& request) {
        const auto id = id_in(request.url);
        if (id == 0) return answer(200, list_json({run_json(1, "in_progress")}));
        return answer(200, run_json(id, "completed", "success"));
    };
    int ended = 0;
    for (int id = 2; id <= 11; ++id) {
        boost::asio::co_spawn(context, client().watch(repository, id, within(*clock, 600s)), [&](std::exception_ptr, Result<Watched> watched) {
            if (watched && watched.value().is_complete) ++ended;
        });
    }
    BOOST_TEST(clock->run(context, [&] { return ended == 10; }));
    // Never more than one question a second.
    BOOST_TEST(static_cast<std::int64_t>(transport->seen.size()) <= passed().count() + 2);
}

BOOST_AUTO_TEST_CASE(the_one_who_asks_may_be_cancelled_and_another_takes_over) {
    transport->handler = [&](const HttpRequest& request) {
        const std::string status = clock->passed() < 60s ? "in_progress" : "completed";
        const std::string conclusion = status == "completed" ? "success" : "";
        const auto id = id_in(request.url);
        if (id != 0) return answer(200, run_json(id, status, conclusion));
        return answer(200, list_json({run_json(1, status, conclusion), run_json(2, status, conclusion)}));
    };
    boost::asio::cancellation_signal signal;
    std::optional<Result<Watched>> first;
    std::optional<Result<Watched>> second;
    boost::asio::co_spawn(context, client().watch(repository, 1, within(*clock, 3600s)),
                          boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, Result<Watched> watched) { first = watched; }));
    boost::asio::co_spawn(context, client().watch(repository, 2, within(*clock, 3600s)), [&](std::exception_ptr, Result<Watched> watched) { second = watched; });
    clock->run(context, [&] { return clock->passed() > 10s; });
    signal.emit(boost::asio::cancellation_type::terminal);
    BOOST_TEST(clock->run(context, [&] { return first && second; }));
    BOOST_TEST((first->failure().kind == ErrorKind::cancelled));
    BOOST_TEST(second->value().is_complete);
}

BOOST_AUTO_TEST_CASE(watchers_with_short_and_long_deadlines_each_keep_their_own) {
    transport->handler = [&](const HttpRequest& request) {
        const auto id = id_in(request.url);
        return id != 0 ? answer(200, run_json(id, "queued")) : answer(200, list_json({run_json(1, "queued"), run_json(2, "queued")}));
    };
    std::map<int, std::int64_t> ended_at;
    for (const int seconds : {100, 7, 33}) {
        boost::asio::co_spawn(context, client().watch(repository, 1 + seconds % 2, within(*clock, std::chrono::seconds{seconds})),
                              [&, seconds](std::exception_ptr, Result<Watched>) { ended_at[seconds] = passed().count(); });
    }
    BOOST_TEST(clock->run(context, [&] { return ended_at.size() == 3; }));
    BOOST_TEST(ended_at[7] == 7);
    BOOST_TEST(ended_at[33] == 33);
    BOOST_TEST(ended_at[100] == 100);
}

BOOST_AUTO_TEST_CASE(a_thousand_runs_in_ten_repositories_for_ten_minutes_of_trouble) {
    // Each run ends at a moment of its own; 5 % of the answers are 502, 1 % resets, 1 % never come.
    std::mt19937 random(7);
    const auto ends_at = [](std::int64_t id) { return std::chrono::seconds{20 + id * 37 % 560}; };
    const auto state_of = [&](std::int64_t id) { return clock->passed() >= ends_at(id) ? run_json(id, "completed", "success") : run_json(id, "in_progress"); };
    std::map<std::string, std::size_t> asked;
    transport->handler = [&](const HttpRequest& request) -> std::optional<ExchangeOutcome> {
        const std::string url = request.url;
        const auto at = url.find("/repos/acme/") + 12;
        const std::string name = url.substr(at, url.find('/', at) - at);
        ++asked[name];
        const auto chance = random() % 100;
        if (chance < 5) return answer(502);
        if (chance < 6) return broken(ErrorKind::truncated);
        if (chance < 7) return std::nullopt;
        if (const auto id = id_in(url); id != 0) return answer(200, state_of(id));
        std::vector<std::string> page;
        const auto number = std::stoll(name.substr(1));
        for (std::int64_t i = 0; i < 100; ++i) page.push_back(state_of(number * 100 + i + 1));
        return answer(200, list_json(page));
    };
    int ended = 0;
    std::chrono::nanoseconds slowest{0};
    for (std::int64_t id = 1; id <= 1000; ++id) {
        const Repository one("acme", "r" + std::to_string((id - 1) / 100));
        boost::asio::co_spawn(context, client().watch(one, id, within(*clock, 3600s)), [&, id](std::exception_ptr, Result<Watched> watched) {
            if (!watched || !watched.value().is_complete) return;
            ++ended;
            slowest = std::max<std::chrono::nanoseconds>(slowest, clock->passed() - ends_at(id));
        });
    }
    BOOST_TEST(clock->run(context, [&] { return ended == 1000; }));
    const double seconds = std::chrono::duration<double>(clock->passed()).count();
    for (const auto& [name, count] : asked) BOOST_TEST(static_cast<double>(count) <= seconds, name);
    BOOST_TEST_MESSAGE(ended << " completions, " << transport->seen.size() << " requests in " << seconds << " s, latest noticed after "
                             << std::chrono::duration<double>(slowest).count() << " s");
    BOOST_TEST(std::chrono::duration<double>(slowest).count() < 75);  // a stall of 30 s and two intervals
}

BOOST_AUTO_TEST_SUITE_END()
