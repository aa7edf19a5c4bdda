#include <kahn/base/error.hpp>
#include <kahn/graph/driver.hpp>

#include "graph/graphs.hpp"
#include "graph/manual_work.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

namespace kahn::graph {
namespace {

using namespace kahn::graph::test;
namespace asio = boost::asio;

/// A driver on a context of its own, moved on step by step.
class Fixture {
public:
    explicit Fixture(std::shared_ptr<const Graph> graph, unsigned workers = 0, SchedulerOptions options = {})
        : slots(WorkerSlots::make(workers)),
          driver(context.get_executor(), Scheduler(std::move(graph), std::move(options)), slots) {}

    void start(NodeWork& nodes) {
        asio::co_spawn(context, driver.run(nodes),
                       asio::bind_cancellation_slot(cancellation.slot(), [this](std::exception_ptr thrown) {
                           has_ended = true;
                           error = thrown;
                       }));
        settle();
    }
    /// Until nothing can go on by itself.
    void settle() {
        context.restart();
        context.poll();
    }
    void end(NodeIndex node, Outcome outcome = Outcome::success) {
        work.end(node, outcome);
        settle();
    }
    std::string error_text() const {
        try {
            if (error) std::rethrow_exception(error);
        } catch (const std::exception& e) {
            return e.what();
        }
        return {};
    }

    ManualWork work;
    std::shared_ptr<WorkerSlots> slots;
    asio::io_context context{1};
    Driver driver;
    asio::cancellation_signal cancellation;
    bool has_ended = false;
    std::exception_ptr error;
};

SchedulerOptions with_policies(std::vector<NodePolicy> policies) {
    SchedulerOptions options;
    options.policy = std::move(policies);
    return options;
}

using Nodes = std::vector<NodeIndex>;

BOOST_AUTO_TEST_SUITE(driving)

BOOST_AUTO_TEST_CASE(a_node_starts_the_moment_that_all_it_needs_has_ended) {
    Fixture f(diamond());  // 0 -> 1, 2 -> 3
    f.start(f.work);
    BOOST_TEST(f.work.started == (Nodes{0}));
    f.end(0);
    BOOST_TEST(f.work.started == (Nodes{0, 1, 2}));
    f.end(2);
    BOOST_TEST(f.work.started == (Nodes{0, 1, 2}));
    BOOST_TEST(!f.has_ended);
    f.end(1);
    BOOST_TEST(f.work.started == (Nodes{0, 1, 2, 3}));
    f.end(3);
    BOOST_TEST(f.has_ended);
    BOOST_TEST(!f.error);
}

BOOST_AUTO_TEST_CASE(an_empty_graph_ends_at_once) {
    Fixture f(make_graph(0, {}));
    f.start(f.work);
    BOOST_TEST(f.has_ended);
}

BOOST_AUTO_TEST_CASE(never_more_nodes_run_than_there_are_workers) {
    Fixture f(make_graph(7, {}), 3);
    f.start(f.work);
    BOOST_TEST(f.work.started.size() == 3U);
    for (NodeIndex node = 0; node < 7; ++node) {
        BOOST_TEST(f.work.started.size() == std::min<std::size_t>(7, node + 3));
        f.end(node);
    }
    BOOST_TEST(f.has_ended);
    BOOST_TEST(f.work.running_most == 3U);
    BOOST_TEST(f.slots->try_acquire());  // all three were given back
    BOOST_TEST(f.slots->try_acquire());
    BOOST_TEST(f.slots->try_acquire());
    BOOST_TEST(!f.slots->try_acquire());
}

BOOST_AUTO_TEST_CASE(an_instant_node_needs_no_worker) {
    Fixture f(make_graph(2, {}), 1, with_policies({NodePolicy::normal, NodePolicy::instant}));
    f.start(f.work);
    BOOST_TEST(f.work.started == (Nodes{1, 0}));
}

BOOST_AUTO_TEST_CASE(a_node_that_is_decided_on_the_spot_needs_no_worker_and_is_not_run) {
    Fixture f(make_graph(3, {{1, 2}}), 1);
    f.work.decided[1] = Outcome::success;
    f.work.decided[2] = Outcome::skipped;
    f.start(f.work);
    BOOST_TEST(f.work.started == (Nodes{0}));
    f.end(0);
    BOOST_TEST(f.has_ended);
    BOOST_TEST(f.work.started == (Nodes{0}));
}

BOOST_AUTO_TEST_CASE(wake_asks_the_nodes_again_that_wait_for_a_worker) {
    Fixture f(make_graph(3, {}), 1);
    f.start(f.work);
    f.work.decided[1] = Outcome::cancelled;
    f.work.decided[2] = Outcome::cancelled;
    BOOST_TEST(f.driver.scheduler().peek().has_value());
    f.driver.wake();
    BOOST_TEST(!f.driver.scheduler().peek().has_value());
    f.end(0);
    BOOST_TEST(f.has_ended);
    BOOST_TEST(f.work.started == (Nodes{0}));
    BOOST_TEST(f.slots->try_acquire());  // the worker it was waiting for went back unused
}

BOOST_AUTO_TEST_CASE(wake_is_harmless_before_the_start_and_after_the_end) {
    Fixture f(make_graph(1, {}));
    f.driver.wake();
    f.driver.cancel(0);
    f.start(f.work);
    f.end(0);
    f.driver.wake();
    f.driver.cancel(0);
    BOOST_TEST(f.work.started == (Nodes{0}));
}

BOOST_AUTO_TEST_CASE(what_a_failure_skips_is_told_with_the_root_cause) {
    Fixture f(chain(3));
    f.start(f.work);
    f.end(0, Outcome::failure);
    BOOST_TEST(f.has_ended);
    BOOST_TEST(f.work.started == (Nodes{0}));
    BOOST_REQUIRE(f.work.skips.size() == 2U);
    BOOST_TEST(f.work.skips[1].node == 2U);
    BOOST_TEST(f.work.skips[1].cause == 0U);
    BOOST_TEST(!f.error);  // a failure is a result
}

BOOST_AUTO_TEST_CASE(the_node_with_the_longest_remaining_path_goes_first) {
    SchedulerOptions options;
    for (const int seconds : {1, 5, 3}) options.priority.push_back(std::chrono::seconds(seconds));
    Fixture f(make_graph(3, {}), 1, std::move(options));
    f.start(f.work);
    f.end(1);
    f.end(2);
    f.end(0);
    BOOST_TEST(f.work.started == (Nodes{1, 2, 0}));
}

BOOST_AUTO_TEST_CASE(each_cancel_reaches_the_running_node_and_no_other) {
    Fixture f(make_graph(2, {}));
    f.start(f.work);
    for (int times = 1; times <= 3; ++times) {
        f.driver.cancel(1);
        f.settle();
        BOOST_TEST(f.work.cancellations[1] == times);
    }
    BOOST_TEST(f.work.cancellations[0] == 0);
    f.end(1, Outcome::cancelled);
    f.end(0);
    BOOST_TEST(f.has_ended);
}

/// Cancels itself through the driver before its first wait.
class CancelsItself final : public ManualWork {
public:
    Driver* driver = nullptr;
    bool was_cancelled = false;

    asio::awaitable<Outcome> run(NodeIndex node) override { return body(this, node); }

private:
    static asio::awaitable<Outcome> body(CancelsItself* work, NodeIndex node) {
        const auto executor = co_await asio::this_coro::executor;
        work->driver->cancel(node);
        asio::steady_timer never(executor, asio::steady_timer::time_point::max());
        boost::system::error_code ignored;
        auto token = asio::redirect_error(asio::use_awaitable, ignored);
        auto wait = never.async_wait(token);
        try {
            co_await std::move(wait);
        } catch (const boost::system::system_error&) {
            work->was_cancelled = true;
        }
        co_return Outcome::cancelled;
    }
};

BOOST_AUTO_TEST_CASE(a_cancel_before_the_node_first_waits_is_not_lost) {
    Fixture f(make_graph(1, {}));
    CancelsItself work;
    work.driver = &f.driver;
    f.start(work);
    BOOST_TEST(f.has_ended);
    BOOST_TEST(work.was_cancelled);
}

BOOST_AUTO_TEST_CASE(a_cancel_before_the_nodes_coroutine_is_first_resumed_is_not_lost) {
    // The driver's executor is another context than the one that starts it: co_spawn cannot resume the node at once.
    asio::io_context other{1};
    ManualWork work;
    Driver driver(other.get_executor(), Scheduler(make_graph(1, {})), WorkerSlots::make(1));
    asio::io_context starter{1};
    bool has_ended = false;
    asio::co_spawn(starter, driver.run(work), [&](std::exception_ptr) { has_ended = true; });
    starter.poll();
    BOOST_REQUIRE(work.started == (Nodes{0}));
    BOOST_REQUIRE(!work.is_running(0));
    driver.cancel(0);
    other.poll();
    BOOST_TEST(work.is_running(0));
    BOOST_TEST(work.cancellations[0] == 1);
    work.end(0);
    other.restart();
    other.poll();
    starter.restart();
    starter.poll();
    BOOST_TEST(has_ended);
}

BOOST_AUTO_TEST_CASE(cancelling_the_awaiting_coroutine_does_not_end_the_operation) {
    Fixture f(chain(2));
    f.start(f.work);
    f.cancellation.emit(asio::cancellation_type::terminal);
    f.settle();
    BOOST_TEST(!f.has_ended);
    f.end(0);
    f.end(1);
    BOOST_TEST(f.has_ended);
    BOOST_TEST(!f.error);
}

/// Throws where it is told to.
class Throwing final : public ManualWork {
public:
    std::optional<NodeIndex> in_decide, in_run, in_body, in_skipped;

    std::optional<Outcome> decide(NodeIndex node) override {
        if (node == in_decide) throw std::runtime_error("decide");
        return ManualWork::decide(node);
    }
    asio::awaitable<Outcome> run(NodeIndex node) override {
        if (node == in_run) throw std::runtime_error("run");
        return node == in_body ? throwing() : ManualWork::run(node);
    }
    void skipped(const Scheduler::Skipped& skip) override {
        ManualWork::skipped(skip);
        if (skip.node == in_skipped) throw std::runtime_error("skipped");
    }

private:
    static asio::awaitable<Outcome> throwing() {
        throw std::runtime_error("body");
        co_return Outcome::success;
    }
};

BOOST_AUTO_TEST_CASE(an_exception_fails_its_node_and_is_thrown_when_all_has_ended) {
    for (const std::string where : {"decide", "run", "body"}) {
        Fixture f(make_graph(3, {{0, 1}}), 2);
        Throwing work;
        (where == "decide" ? work.in_decide : where == "run" ? work.in_run : work.in_body) = 0;
        f.start(work);
        BOOST_TEST_CONTEXT(where) {
            BOOST_TEST(work.started == (Nodes{2}));
            BOOST_REQUIRE(work.skips.size() == 1U);
            BOOST_TEST(work.skips[0].cause == 0U);
            BOOST_TEST(!f.has_ended);
            work.end(2);
            f.settle();
            BOOST_TEST(f.has_ended);
            BOOST_TEST(f.error_text() == where);
            BOOST_TEST(f.slots->try_acquire());
            BOOST_TEST(f.slots->try_acquire());
        }
    }
}

BOOST_AUTO_TEST_CASE(an_exception_out_of_the_report_of_a_skip_is_thrown_at_the_end) {
    Fixture f(chain(3));
    Throwing work;
    work.in_skipped = 1;
    f.start(work);
    work.end(0, Outcome::failure);
    f.settle();
    BOOST_TEST(f.has_ended);
    BOOST_TEST(work.skips.size() == 2U);
    BOOST_TEST(f.error_text() == "skipped");
}

BOOST_AUTO_TEST_CASE(the_first_of_several_exceptions_is_thrown) {
    Fixture f(make_graph(2, {}));
    Throwing work;
    work.in_decide = 0;
    work.in_body = 1;
    f.start(work);
    BOOST_TEST(f.error_text() == "decide");
}

/// A node that waits for something that is forgotten.
class Forgotten final : public ManualWork {
public:
    std::shared_ptr<void> waiting;  // the handler that would resume it

    asio::awaitable<Outcome> run(NodeIndex) override { return body(this); }

private:
    static asio::awaitable<Outcome> body(Forgotten* work) {
        auto keep = [work](auto handler) { work->waiting = std::make_shared<decltype(handler)>(std::move(handler)); };
        auto wait = asio::async_initiate<const asio::use_awaitable_t<>, void()>(keep, asio::use_awaitable);
        co_await std::move(wait);
        co_return Outcome::success;
    }
};

BOOST_AUTO_TEST_CASE(a_node_whose_coroutine_is_destroyed_fails_and_gives_its_worker_back) {
    Fixture f(make_graph(1, {}), 1);
    Forgotten work;
    f.start(work);
    BOOST_TEST(!f.slots->try_acquire());
    work.waiting.reset();
    f.settle();
    BOOST_TEST(f.has_ended);
    BOOST_TEST(f.error_text().find("destroyed") != std::string::npos);
    BOOST_TEST(f.slots->try_acquire());
}

BOOST_AUTO_TEST_CASE(a_destroyed_context_takes_the_nodes_with_it_and_gives_the_workers_back) {
    const std::shared_ptr<WorkerSlots> slots = WorkerSlots::make(2);
    ManualWork work;
    {
        auto context = std::make_unique<asio::io_context>(1);
        Driver driver(context->get_executor(), Scheduler(make_graph(4, {{0, 3}})), slots);
        asio::co_spawn(*context, driver.run(work), [](std::exception_ptr) { BOOST_ERROR("it cannot have ended"); });
        context->poll();
        BOOST_TEST(work.started == (Nodes{0, 1}));
        context.reset();
        driver.wake();
        driver.cancel(0);
    }
    BOOST_TEST(work.skips.empty());
    BOOST_TEST(slots->try_acquire());
    BOOST_TEST(slots->try_acquire());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
