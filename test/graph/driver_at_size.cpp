#include <kahn/graph/driver.hpp>

#include "graph/graphs.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/test/unit_test.hpp>

#include <atomic>
#include <future>

namespace kahn::graph {
namespace {

using namespace kahn::graph::test;
namespace asio = boost::asio;

/// How the nodes of a large graph run.
enum class Kind {
    decided,   ///< not at all
    at_once,   ///< to the end without ever waiting
    by_a_turn  ///< through the event loop once
};

/// Checks the order of a run from within, and counts.
class Counting final : public NodeWork {
public:
    Counting(std::shared_ptr<const Graph> graph, Kind kind)
        : graph_(std::move(graph)),
          kind_(kind),
          waits_for_(graph_->size()) {
        for (NodeIndex node = 0; node < graph_->size(); ++node) waits_for_[node] = graph_->in_degree(node);
    }

    std::optional<Outcome> decide(NodeIndex node) override {
        if (kind_ != Kind::decided) return std::nullopt;
        return end(node);
    }
    asio::awaitable<Outcome> run(NodeIndex node) override {
        return kind_ == Kind::at_once ? at_once(this, node) : by_a_turn(this, node);
    }
    void skipped(const Scheduler::Skipped&) override { ++skips; }

    std::size_t ended = 0;
    std::size_t skips = 0;
    std::size_t too_early = 0;

private:
    Outcome end(NodeIndex node) {
        if (waits_for_[node] != 0) ++too_early;
        for (const NodeIndex successor : graph_->successors(node)) --waits_for_[successor];
        ++ended;
        return Outcome::success;
    }
    static asio::awaitable<Outcome> at_once(Counting* work, NodeIndex node) { co_return work->end(node); }
    static asio::awaitable<Outcome> by_a_turn(Counting* work, NodeIndex node) {
        co_await asio::post(asio::use_awaitable);
        co_return work->end(node);
    }

    std::shared_ptr<const Graph> graph_;
    Kind kind_;
    std::vector<std::uint32_t> waits_for_;
};

constexpr NodeIndex many = 100'000;

void run_all(const std::shared_ptr<const Graph>& graph) {
    for (const Kind kind : {Kind::decided, Kind::at_once, Kind::by_a_turn}) {
        for (const unsigned workers : {0U, 10U}) {
            asio::io_context context{1};
            Counting work(graph, kind);
            Driver driver(context.get_executor(), Scheduler(graph), WorkerSlots::make(workers));
            std::future<void> done = asio::co_spawn(context, driver.run(work), asio::use_future);
            context.run();
            done.get();
            BOOST_TEST(work.ended == graph->size());
            BOOST_TEST(work.too_early == 0U);
            BOOST_TEST(work.skips == 0U);
        }
    }
}

BOOST_AUTO_TEST_SUITE(driving_at_size)

BOOST_AUTO_TEST_CASE(a_chain_of_100000_nodes_needs_no_recursion) { run_all(chain(many)); }

BOOST_AUTO_TEST_CASE(a_fan_of_100000_nodes_runs) { run_all(fan(many)); }

BOOST_AUTO_TEST_CASE(a_random_graph_of_100000_nodes_runs_in_order) {
    std::mt19937 random(1962);
    run_all(random_dag(many, 4, random));
}

/// Fails its first node; all others are skipped.
class FailsFirst final : public NodeWork {
public:
    std::optional<Outcome> decide(NodeIndex) override { return Outcome::failure; }
    asio::awaitable<Outcome> run(NodeIndex) override { throw std::logic_error("never run"); }
    void skipped(const Scheduler::Skipped& skip) override { skips += skip.cause == 0 ? 1 : 0; }
    std::size_t skips = 0;
};

BOOST_AUTO_TEST_CASE(a_failure_at_the_head_of_a_chain_of_100000_skips_the_rest_without_recursion) {
    asio::io_context context{1};
    FailsFirst work;
    Driver driver(context.get_executor(), Scheduler(chain(many)), WorkerSlots::make(1));
    std::future<void> done = asio::co_spawn(context, driver.run(work), asio::use_future);
    context.run();
    done.get();
    BOOST_TEST(work.skips == many - 1);
}

/// Counts over several drivers how many nodes run at once.
class Sharing final : public NodeWork {
public:
    Sharing(std::atomic<int>& now, std::atomic<int>& most) : now_(now), most_(most) {}
    std::optional<Outcome> decide(NodeIndex) override { return std::nullopt; }
    asio::awaitable<Outcome> run(NodeIndex) override { return body(this); }
    void skipped(const Scheduler::Skipped&) override {}
    std::size_t ended = 0;

private:
    static asio::awaitable<Outcome> body(Sharing* work) {
        const int now = ++work->now_;
        int most = work->most_.load();
        while (now > most && !work->most_.compare_exchange_weak(most, now)) {
        }
        co_await asio::post(asio::use_awaitable);
        --work->now_;
        ++work->ended;
        co_return Outcome::success;
    }

    std::atomic<int>& now_;
    std::atomic<int>& most_;
};

BOOST_AUTO_TEST_CASE(drivers_on_several_strands_share_workers) {
    constexpr NodeIndex size = 2000;
    constexpr unsigned workers = 3;
    asio::thread_pool pool(4);
    const std::shared_ptr<WorkerSlots> slots = WorkerSlots::make(workers);
    std::atomic<int> now = 0;
    std::atomic<int> most = 0;
    struct Party {
        // Kept until the threads have ended: GCC's thread sanitizer does not see the fence in Asio's reference count.
        asio::any_io_executor strand;
        std::unique_ptr<Sharing> work;
        std::unique_ptr<Driver> driver;
        std::future<void> done;
    };
    std::vector<Party> parties;
    std::mt19937 random(7);
    for (int i = 0; i < 4; ++i) {
        Party party;
        party.strand = asio::make_strand(pool);
        party.work = std::make_unique<Sharing>(now, most);
        party.driver = std::make_unique<Driver>(party.strand, Scheduler(random_dag(size, 1, random)), slots);
        party.done = asio::co_spawn(party.strand, party.driver->run(*party.work), asio::use_future);
        parties.push_back(std::move(party));
    }
    for (Party& party : parties) {
        party.done.get();
        BOOST_TEST(party.work->ended == size);
    }
    pool.join();
    BOOST_TEST(most.load() <= static_cast<int>(workers));
    BOOST_TEST(most.load() > 1);
    for (unsigned i = 0; i < workers; ++i) BOOST_TEST(slots->try_acquire());  // none was lost
    BOOST_TEST(!slots->try_acquire());                                        // and none was made up
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
