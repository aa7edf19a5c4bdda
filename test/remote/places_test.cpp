#include "remote/repository_move.hpp"
#include "remote/request_places.hpp"
#include "remote/scripted_transport.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;

namespace {

RequestPlaces::VisitorPtr visitor(bool is_write = false) {
    auto out = std::make_shared<RequestPlaces::Visitor>();
    out->is_write = is_write;
    return out;
}

/// A server that takes a second for each answer, and counts how many it is at.
struct SlowServer : RemoteFixture {
    SlowServer() {
        options.most_at_once = 3;
        options.transport = std::make_shared<Slow>(clock, *this);
    }

    struct Slow final : Transport {
        Slow(std::shared_ptr<VirtualClock> clock_, SlowServer& owner_) : clock(std::move(clock_)), owner(owner_) {}
        boost::asio::awaitable<ExchangeOutcome> exchange(HttpRequest request, ExchangeOptions) override {
            return answer_slowly(clock, &owner, request.method != "GET");
        }
        static boost::asio::awaitable<ExchangeOutcome> answer_slowly(std::shared_ptr<VirtualClock> clock, SlowServer* owner, bool is_write) {
            owner->most = std::max(owner->most, ++owner->at_once);
            if (is_write) owner->most_writes = std::max(owner->most_writes, ++owner->writes);
            auto outcome = is_write ? answer(202, "{}") : answer(200, run_json(42, "completed", "success"));
            try {
                co_await clock->sleep_until(clock->now() + 3s);
            } catch (const boost::system::system_error&) {
                outcome = broken(ErrorKind::cancelled);
            }
            --owner->at_once;
            if (is_write) --owner->writes;
            co_return outcome;
        }
        std::shared_ptr<VirtualClock> clock;
        SlowServer& owner;
    };

    int at_once = 0;
    int most = 0;
    int writes = 0;
    int most_writes = 0;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(places)

BOOST_AUTO_TEST_CASE(a_few_at_once_and_one_that_changes_something) {
    RequestPlaces requests(3);
    std::vector<RequestPlaces::VisitorPtr> readers;
    const auto first = visitor(true);
    const auto second = visitor(true);
    requests.enter(first);
    requests.enter(second);
    BOOST_TEST(first->has_place);
    BOOST_TEST(!second->has_place);
    for (int i = 0; i < 3; ++i) {
        readers.push_back(visitor());
        requests.enter(readers.back());
    }
    BOOST_TEST(readers[1]->has_place);  // past the change that has to wait
    BOOST_TEST(!readers[2]->has_place);
    bool is_called = false;
    second->called = [&] { is_called = true; };
    requests.leave(first);
    BOOST_TEST(is_called);
    BOOST_TEST(second->has_place);
    requests.leave(readers[2]);  // gives up
    BOOST_TEST(requests.waiting() == 0U);
    requests.leave(second);
    requests.leave(readers[0]);
    requests.leave(readers[1]);
    BOOST_TEST(requests.taken() == 0U);
}

BOOST_AUTO_TEST_CASE(nobody_who_waits_is_passed_by_one_who_comes_later) {
    RequestPlaces requests(1);
    std::vector<RequestPlaces::VisitorPtr> all;
    for (int i = 0; i < 5; ++i) {
        all.push_back(visitor(i % 2 == 1));
        requests.enter(all.back());
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        BOOST_TEST(all[i]->has_place, i);
        requests.leave(all[i]);
    }
}

BOOST_FIXTURE_TEST_CASE(direct_calls_keep_to_their_places, SlowServer) {
    int ended = 0;
    for (int i = 0; i < 20; ++i) {
        boost::asio::co_spawn(context, client().run(repository, 42), [&](std::exception_ptr, Result<WorkflowRun> run) { ended += run ? 1 : 0; });
    }
    for (int i = 0; i < 3; ++i) {
        boost::asio::co_spawn(context, client().cancel(repository, 42), [&](std::exception_ptr, Result<CancelOutcome> outcome) { ended += outcome ? 1 : 0; });
    }
    BOOST_TEST(clock->run(context, [&] { return ended == 23; }));
    BOOST_TEST(most == 3);
    BOOST_TEST(most_writes == 1);
}

BOOST_FIXTURE_TEST_CASE(who_waits_for_a_place_keeps_the_deadline_and_can_be_cancelled, SlowServer) {
    options.most_at_once = 1;
    options.operation_timeout = 4s;
    std::vector<ErrorKind> kinds;
    boost::asio::cancellation_signal signal;
    bool is_cancelled = false;
    for (int i = 0; i < 3; ++i) {
        boost::asio::co_spawn(context, client().run(repository, 42), [&](std::exception_ptr, Result<WorkflowRun> run) {
            kinds.push_back(run ? ErrorKind{} : run.failure().kind);
        });
    }
    boost::asio::co_spawn(context, client().run(repository, 42),
                          boost::asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr, Result<WorkflowRun> run) {
                              is_cancelled = !run && run.failure().kind == ErrorKind::cancelled;
                          }));
    context.poll();
    signal.emit(boost::asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    BOOST_TEST(is_cancelled);
    BOOST_TEST(clock->run(context, [&] { return kinds.size() == 3U; }));
    BOOST_TEST(passed().count() <= 6);
    BOOST_TEST((kinds[0] == ErrorKind{}));
    BOOST_TEST((kinds[1] == ErrorKind::timeout));  // four seconds after it was asked
}

BOOST_AUTO_TEST_CASE(a_move_is_told_by_a_redirect_that_changes_nothing_else) {
    const auto move = repository_move("/api/v3", "/api/v3/repos/a/old/actions/runs/1?x=1", "/api/v3/repositories/7/actions/runs/1?x=1");
    BOOST_TEST_REQUIRE(move.has_value());
    BOOST_TEST(move->first == "/api/v3/repos/a/old");
    BOOST_TEST(move->second == "/api/v3/repositories/7");
    BOOST_TEST(!repository_move("", "/repos/a/old/actions", "/repositories/7/other").has_value());
    BOOST_TEST(!repository_move("", "/meta", "/other").has_value());
    BOOST_TEST(with_prefix("/repos/a/old?x", "/repos/a/old", "/repositories/7") == "/repositories/7?x");
    BOOST_TEST(with_prefix("/repos/a/older/x", "/repos/a/old", "/repositories/7") == "/repos/a/older/x");
}

BOOST_FIXTURE_TEST_CASE(case_35_a_renamed_repository_is_asked_at_its_new_place_from_then_on, RemoteFixture) {
    bool is_there = true;
    transport->handler = [&](const HttpRequest& request) {
        const auto at = request.url.find("/repositories/1");
        if (at != std::string::npos) return is_there ? answer(request.method == "POST" ? 202 : 200, run_json(42, "queued")) : answer(404, "{}");
        if (!is_there) return answer(200, run_json(42, "completed", "success"));  // another one has the name now
        return answer(301, "", {{"Location", "/repositories/1/actions/runs/42?exclude_pull_requests=true"}});
    };
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(transport->seen.size() == 2U);
    BOOST_TEST(static_cast<bool>(get(client().run(repository, 42))));
    BOOST_TEST(transport->seen.size() == 3U);
    BOOST_TEST(static_cast<bool>(get(client().cancel(repository, 42))));
    BOOST_TEST(transport->seen.back().request.url == "https://api.gh.test/repositories/1/actions/runs/42/cancel");
    is_there = false;
    BOOST_TEST(get(client().run(repository, 42)).value().status == "completed");
}

BOOST_AUTO_TEST_SUITE_END()
