// What nodes that are run one after another by the same coroutine must not notice of each other.

#include <kahn/graph/driver.hpp>

#include "graph/graphs.hpp"
#include "graph/manual_work.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/test/unit_test.hpp>

namespace kahn::graph {
namespace {

using namespace kahn::graph::test;
namespace asio = boost::asio;
using Nodes = std::vector<NodeIndex>;

/// Runs `driver` until nothing goes on by itself. True if the operation has ended by then.
bool run_until_quiet(asio::io_context& context, Driver& driver, NodeWork& work) {
    const auto has_ended = std::make_shared<bool>(false);  // it may end later
    asio::co_spawn(context, driver.run(work), [has_ended](std::exception_ptr error) {
        *has_ended = true;
        if (error) std::rethrow_exception(error);
    });
    context.poll();
    return *has_ended;
}

/// Each node looks at what cancellation is to it as it begins, then makes something else of it and is cancelled.
class LeavesTraces final : public NodeWork {
public:
    Driver* driver = nullptr;
    std::size_t ended = 0;
    std::size_t strange = 0;
    bool waits = false;

    std::optional<Outcome> decide(NodeIndex) override { return std::nullopt; }
    asio::awaitable<Outcome> run(NodeIndex node) override { return body(this, node); }
    void skipped(const Scheduler::Skipped&) override { BOOST_ERROR("nothing is to be skipped"); }

private:
    static asio::awaitable<Outcome> body(LeavesTraces* work, NodeIndex node) {
        const bool throws = co_await asio::this_coro::throw_if_cancelled();
        const asio::cancellation_state state = co_await asio::this_coro::cancellation_state;
        if (!throws || state.cancelled() != asio::cancellation_type::none) ++work->strange;
        co_await asio::this_coro::throw_if_cancelled(false);
        co_await asio::this_coro::reset_cancellation_state(asio::enable_total_cancellation());
        work->driver->cancel(node);
        const asio::cancellation_state after = co_await asio::this_coro::cancellation_state;
        if (after.cancelled() != asio::cancellation_type::terminal) ++work->strange;
        if (work->waits) co_await asio::post(asio::use_awaitable);
        ++work->ended;
        co_return Outcome::success;
    }
};

BOOST_AUTO_TEST_SUITE(driving_by_runners)

BOOST_AUTO_TEST_CASE(a_node_finds_nothing_of_what_the_one_before_made_of_cancellation) {
    for (const bool waits : {false, true}) {
        for (const auto& graph : {chain(20), fan(20)}) {
            asio::io_context context{1};
            LeavesTraces work;
            work.waits = waits;
            Driver driver(context.get_executor(), Scheduler(graph), WorkerSlots::make(2));
            work.driver = &driver;
            BOOST_TEST(run_until_quiet(context, driver, work));
            BOOST_TEST(work.ended == 20U);
            BOOST_TEST(work.strange == 0U);
        }
    }
}

BOOST_AUTO_TEST_CASE(many_that_wait_at_once_all_end) {
    constexpr NodeIndex size = 200;
    asio::io_context context{1};
    ManualWork work;
    Driver driver(context.get_executor(), Scheduler(make_graph(size + 1, {{size - 1, size}})), WorkerSlots::make(0));
    BOOST_TEST(!run_until_quiet(context, driver, work));
    BOOST_TEST(work.running_now == size);
    for (NodeIndex node = 0; node < size; ++node) {
        driver.cancel(node);
        work.end(node);
        context.restart();
        context.poll();
    }
    BOOST_TEST(work.cancellations.size() == size);
    BOOST_TEST(work.running_now == 1U);
    work.end(size);
    context.restart();
    context.poll();
    BOOST_TEST(work.running_now == 0U);
    BOOST_TEST(context.stopped());  // no runner is left that would keep it going
}

/// A node that waits until another one, which runs to its end at once, has resumed it from within.
class Nested final : public NodeWork {
public:
    using Resume = asio::async_result<asio::use_awaitable_t<>, void()>::handler_type;
    std::optional<Resume> waiting;
    Nodes begun;
    Nodes ended;

    std::optional<Outcome> decide(NodeIndex) override { return std::nullopt; }
    asio::awaitable<Outcome> run(NodeIndex node) override { return node == 0 ? waits(this) : resumes(this, node); }
    void skipped(const Scheduler::Skipped&) override {}

private:
    static asio::awaitable<Outcome> waits(Nested* work) {
        work->begun.push_back(0);
        auto keep = [work](auto handler) { work->waiting.emplace(std::move(handler)); };
        auto wait = asio::async_initiate<const asio::use_awaitable_t<>, void()>(keep, asio::use_awaitable);
        co_await std::move(wait);
        work->ended.push_back(0);
        co_return Outcome::success;
    }
    static asio::awaitable<Outcome> resumes(Nested* work, NodeIndex node) {
        work->begun.push_back(node);
        if (work->waiting) {
            Resume resume = std::move(*work->waiting);
            work->waiting.reset();
            std::move(resume)();
        }
        work->ended.push_back(node);
        co_return Outcome::success;
    }
};

BOOST_AUTO_TEST_CASE(a_node_may_end_from_within_another) {
    asio::io_context context{1};
    Nested work;
    Driver driver(context.get_executor(), Scheduler(make_graph(4, {{0, 2}, {1, 3}})), WorkerSlots::make(0));
    BOOST_TEST(run_until_quiet(context, driver, work));
    BOOST_TEST(work.begun == (Nodes{0, 1, 2, 3}));
    BOOST_TEST(work.ended == (Nodes{0, 1, 2, 3}));
}

BOOST_AUTO_TEST_CASE(a_worker_that_another_driver_waits_for_is_not_kept) {
    const std::shared_ptr<WorkerSlots> slots = WorkerSlots::make(1);
    asio::io_context context{1};
    ManualWork first_work;
    ManualWork second_work;
    Driver first(context.get_executor(), Scheduler(make_graph(3, {})), slots);
    Driver second(context.get_executor(), Scheduler(make_graph(1, {})), slots);
    BOOST_TEST(!run_until_quiet(context, first, first_work));
    context.restart();
    BOOST_TEST(!run_until_quiet(context, second, second_work));
    const auto end = [&context](ManualWork& work, NodeIndex node) {
        work.end(node);
        context.restart();
        context.poll();
    };
    // The first driver has come before the second, for its next node; then it is the second one's turn.
    end(first_work, 0);
    BOOST_TEST(first_work.started == (Nodes{0, 1}));
    BOOST_TEST(second_work.started.empty());
    end(first_work, 1);
    BOOST_TEST(first_work.started == (Nodes{0, 1}));
    BOOST_TEST(second_work.started == (Nodes{0}));
    end(second_work, 0);
    BOOST_TEST(first_work.started == (Nodes{0, 1, 2}));
    end(first_work, 2);
    BOOST_TEST(slots->try_acquire());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
