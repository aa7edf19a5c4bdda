// Clients, contexts and calls that end in every order. What touches something freed is found by the address sanitizer.
#include "remote/scripted_transport.hpp"
#include "remote/server_fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <vector>

using namespace kahn;
using namespace kahn::remote;
using namespace kahn::test;
using namespace std::chrono_literals;
using testing::FaultRule;
using testing::Listener;

namespace {

namespace asio = boost::asio;

/// Options for a scripted network whose time outlives every context.
struct World {
    World() {
        options.base_url = "https://api.gh.test";
        options.api_token = Secret("s3cret-token");
        options.environment = [](std::string_view) { return std::optional<std::string>(); };
        options.clock = clock;
        options.transport = transport;
        options.random_seed = 1;
        transport->handler = [](const HttpRequest& request) -> std::optional<ExchangeOutcome> {
            if (request.url.find("/runs/7?") != std::string::npos) return std::nullopt;  // never answered
            if (request.url.find("/runs?") != std::string::npos) return answer(200, list_json({run_json(1, "in_progress"), run_json(2, "queued")}));
            return answer(200, run_json(1, "in_progress"));
        };
    }

    std::shared_ptr<VirtualClock> clock = std::make_shared<VirtualClock>();
    std::shared_ptr<ScriptedTransport> transport = std::make_shared<ScriptedTransport>(clock);
    RemoteOptions options;
    const Repository repository{"acme", "rocket"};
};

WatchOptions soon(const World& world) {
    WatchOptions watch;
    watch.deadline = world.clock->now() + 1h;
    return watch;
}

/// Some that wait: watchers who share a hub, a call that is never answered, calls that queue behind it.
template <class Executor>
void start_everything(Executor executor, World& world, Client& client, std::vector<std::unique_ptr<asio::cancellation_signal>>& signals) {
    const auto with_signal = [&] {
        signals.push_back(std::make_unique<asio::cancellation_signal>());
        return signals.back()->slot();
    };
    for (const std::int64_t id : {1, 2, 3}) {
        asio::co_spawn(executor, client.watch(world.repository, id, soon(world)), asio::bind_cancellation_slot(with_signal(), [](std::exception_ptr, Result<Watched>) {}));
    }
    for (int i = 0; i < 12; ++i) {
        asio::co_spawn(executor, client.run(world.repository, 7), asio::bind_cancellation_slot(with_signal(), [](std::exception_ptr, Result<WorkflowRun>) {}));
    }
    asio::co_spawn(executor, client.cancel_and_wait(world.repository, 1), asio::bind_cancellation_slot(with_signal(), [](std::exception_ptr, Result<Cancelled>) {}));
}

}  // namespace

BOOST_AUTO_TEST_SUITE(lifetimes)

BOOST_AUTO_TEST_CASE(case_43_a_context_goes_under_watchers_and_callers_who_wait) {
    for (const int steps : {0, 1, 5, 20, 60, 200, 1000}) {
        World world;
        std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
        {
            asio::io_context context;
            Client client(context.get_executor(), world.options);
            start_everything(context.get_executor(), world, client, signals);
            for (int i = 0; i < steps; ++i) {
                context.restart();
                if (context.poll_one() == 0) break;
            }
        }
        // Who waited is gone: time wakes nobody.
        BOOST_TEST_REQUIRE(world.clock->passed().count() == 0);
        world.clock->advance(2h);
    }
}

BOOST_AUTO_TEST_CASE(case_43_a_context_goes_while_time_passes) {
    for (const auto passed : {1s, 3s, 31s, 400s}) {
        World world;
        std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
        {
            asio::io_context context;
            Client client(context.get_executor(), world.options);
            start_everything(context.get_executor(), world, client, signals);
            world.clock->run(context, [&] { return world.clock->passed() > passed; });
            BOOST_TEST(world.transport->seen.size() > 3U);
        }
        world.clock->advance(2h);
    }
}

BOOST_AUTO_TEST_CASE(case_43_the_client_of_another_context_goes_before_its_callers) {
    World world;
    asio::io_context callers;
    std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
    {
        asio::io_context context;
        Client client(context.get_executor(), world.options);
        start_everything(callers.get_executor(), world, client, signals);
        for (int i = 0; i < 50; ++i) {
            callers.restart();
            callers.poll();
            context.restart();
            context.poll();
        }
        BOOST_TEST(world.transport->seen.size() > 3U);
    }
    // The callers' own context lives, and may cancel what is gone.
    for (const auto& signal : signals) signal->emit(asio::cancellation_type::terminal);
    callers.restart();
    callers.poll();
}

BOOST_AUTO_TEST_CASE(a_client_may_go_before_during_and_after_its_calls) {
    World world;
    asio::io_context context;
    std::optional<asio::awaitable<Result<WorkflowRun>>> later;
    {
        Client client(context.get_executor(), world.options);
        later.emplace(client.run(world.repository, 1));
    }
    int ended = 0;
    asio::co_spawn(context, std::move(*later), [&](std::exception_ptr, Result<WorkflowRun> run) { ended += run ? 1 : 0; });
    {
        Client client(context.get_executor(), world.options);
        asio::co_spawn(context, client.run(world.repository, 1), [&](std::exception_ptr, Result<WorkflowRun> run) { ended += run ? 1 : 0; });
        context.poll_one();
    }
    BOOST_TEST(world.clock->run(context, [&] { return ended == 2; }));
    const auto unused = Client(context.get_executor(), world.options).watch(world.repository, 1, soon(world));  // never awaited
}

BOOST_AUTO_TEST_CASE(two_clients_of_one_origin_share_places_and_either_may_go) {
    World world;
    world.options.most_at_once = 1;
    asio::io_context second_context;
    std::optional<Result<WorkflowRun>> answered;
    {
        asio::io_context first_context;
        Client first(first_context.get_executor(), world.options);
        Client second = first.on(second_context.get_executor());
        asio::co_spawn(first_context, first.run(world.repository, 7), [](std::exception_ptr, Result<WorkflowRun>) {});
        first_context.poll();
        BOOST_TEST_REQUIRE(world.transport->seen.size() == 1U);
        asio::co_spawn(second_context, second.run(world.repository, 1), [&](std::exception_ptr, Result<WorkflowRun> run) { answered = std::move(run); });
        second_context.poll();
        BOOST_TEST(world.transport->seen.size() == 1U);
    }
    second_context.restart();
    second_context.poll();
    BOOST_TEST_REQUIRE(answered.has_value());
    BOOST_TEST(static_cast<bool>(*answered));
}

BOOST_AUTO_TEST_CASE(case_43_calls_over_tls_on_a_strand_of_a_pool_are_cancelled_and_answered_side_by_side) {
    ServerFixture fixture;
    fixture.server.script(FaultRule("GET", "/runs/7\\?", testing::always(), testing::stall()));
    fixture.options.clock = real_clock();
    fixture.options.most_at_once = 100;
    fixture.options.attempts = 1;
    std::atomic<int> ended{0};
    std::atomic<int> good{0};
    std::atomic<int> cancelled{0};
    {
        asio::thread_pool pool(3);
        const auto strand = asio::make_strand(pool);
        Client client(pool.get_executor(), fixture.options);
        std::vector<std::unique_ptr<asio::cancellation_signal>> signals;
        for (int i = 0; i < 20; ++i) {
            signals.push_back(std::make_unique<asio::cancellation_signal>());
            const std::int64_t id = i % 2 == 0 ? 7 : fixture.run_id;
            asio::co_spawn(strand, client.run(fixture.repository, id),
                           asio::bind_cancellation_slot(signals.back()->slot(), [&](std::exception_ptr, Result<WorkflowRun> run) {
                               if (run) ++good;
                               else if (run.failure().kind == ErrorKind::cancelled) ++cancelled;
                               ++ended;
                           }));
        }
        BOOST_TEST(fixture.server.recorder().wait_for(20, Listener::api, "GET", "/runs/"));
        for (std::size_t i = 0; i < signals.size(); i += 2) {
            asio::post(strand, [signal = signals[i].get()] { signal->emit(asio::cancellation_type::terminal); });
        }
        pool.join();  // all have ended
    }
    BOOST_TEST(ended == 20);
    BOOST_TEST(good == 10);
    BOOST_TEST(cancelled == 10);
}

BOOST_AUTO_TEST_CASE(case_43_a_pool_is_stopped_and_goes_with_calls_under_way) {
    ServerFixture fixture;
    fixture.server.script(FaultRule("GET", "", testing::always(), testing::stall()));
    fixture.options.clock = real_clock();
    {
        asio::thread_pool pool(3);
        Client client(pool.get_executor(), fixture.options);
        for (int i = 0; i < 10; ++i) {
            asio::co_spawn(asio::make_strand(pool), client.run(fixture.repository, fixture.run_id), [](std::exception_ptr, Result<WorkflowRun>) {});
            asio::co_spawn(asio::make_strand(pool), client.watch(fixture.repository, i + 1), [](std::exception_ptr, Result<Watched>) {});
        }
        BOOST_TEST(fixture.server.recorder().wait_for(5, Listener::api, "GET", ""));
        pool.stop();
        pool.join();
    }
    fixture.server.clear_script();
    BOOST_TEST(static_cast<bool>(fixture.run()));
}

BOOST_AUTO_TEST_SUITE_END()
