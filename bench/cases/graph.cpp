// The scheduler alone: graphs of coroutines that do nothing, against a plain loop of Kahn's algorithm and oneTBB's flow graph.

#include "cases/cases.hpp"
#include "measure/stopwatch.hpp"

#include <kahn/graph/driver.hpp>
#include <kahn/graph/graph.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#ifdef KAHN_BENCH_HAS_TBB
#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>
#endif

#include <exception>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace kahn::bench {
namespace {

using graph::Edge;
using graph::Graph;
using graph::NodeIndex;
using graph::Outcome;

struct Shape {
    std::string name;
    NodeIndex nodes = 0;
    std::vector<Edge> edges;
};

Shape chain(NodeIndex nodes) {
    Shape shape{"chain", nodes, {}};
    for (NodeIndex i = 1; i < nodes; ++i) shape.edges.push_back({i - 1, i});
    return shape;
}

Shape wide(NodeIndex nodes) {
    Shape shape{"wide", nodes, {}};
    for (NodeIndex i = 1; i + 1 < nodes; ++i) {
        shape.edges.push_back({0, i});
        shape.edges.push_back({i, nodes - 1});
    }
    return shape;
}

Shape random(NodeIndex nodes) {
    Shape shape{"random, 4 edges a node", nodes, {}};
    std::minstd_rand number(1);
    for (NodeIndex i = 1; i < nodes; ++i) {
        for (int edge = 0; edge < 4; ++edge) shape.edges.push_back({static_cast<NodeIndex>(number() % i), i});
    }
    return shape;
}

/// Layers of 100, each node after four of the layer above.
Shape layered(NodeIndex nodes) {
    Shape shape{"layered", nodes, {}};
    for (NodeIndex i = 100; i < nodes; ++i) {
        const NodeIndex above = (i / 100 - 1) * 100;
        for (NodeIndex edge = 0; edge < 4; ++edge) shape.edges.push_back({above + (i * 7 + edge * 31) % 100, i});
    }
    return shape;
}

/// Counts what was run. The coroutine ends without having waited.
class Nothing final : public graph::NodeWork {
public:
    std::size_t count = 0;

    std::optional<Outcome> decide(NodeIndex) override { return std::nullopt; }
    boost::asio::awaitable<Outcome> run(NodeIndex) override { return body(&count); }
    void skipped(const graph::Scheduler::Skipped&) override {}

private:
    static boost::asio::awaitable<Outcome> body(std::size_t* count) {
        ++*count;
        co_return Outcome::success;
    }
};

/// Counts what was decided: no coroutine at all.
class Decided final : public graph::NodeWork {
public:
    std::size_t count = 0;

    std::optional<Outcome> decide(NodeIndex) override {
        ++count;
        return Outcome::success;
    }
    boost::asio::awaitable<Outcome> run(NodeIndex) override { throw std::logic_error("nothing is to be run"); }
    void skipped(const graph::Scheduler::Skipped&) override {}
};

boost::asio::awaitable<void> drive(graph::Driver* driver, graph::NodeWork* work) { co_await driver->run(*work); }

template <class Work>
void run_driver(const std::shared_ptr<const Graph>& graph) {
    boost::asio::io_context context(1);
    Work work;
    graph::Driver driver(context.get_executor(), graph::Scheduler(graph), graph::WorkerSlots::make(0));
    std::exception_ptr failure;
    boost::asio::co_spawn(context, drive(&driver, &work), [&failure](std::exception_ptr thrown) { failure = std::move(thrown); });
    context.run();
    if (failure) std::rethrow_exception(failure);
    if (work.count != graph->size()) throw std::runtime_error("not every node was run");
}

/// The limit: in-degrees, an array as queue, nothing else.
void plain_loop(const Graph& graph) {
    std::vector<std::uint32_t> waits(graph.size());
    std::vector<NodeIndex> queue;
    queue.reserve(graph.size());
    for (NodeIndex node = 0; node < graph.size(); ++node) {
        waits[node] = graph.in_degree(node);
        if (waits[node] == 0) queue.push_back(node);
    }
    for (std::size_t head = 0; head < queue.size(); ++head) {
        for (const NodeIndex next : graph.successors(queue[head])) {
            if (--waits[next] == 0) queue.push_back(next);
        }
    }
    if (queue.size() != graph.size()) throw std::runtime_error("not every node was visited");
}

#ifdef KAHN_BENCH_HAS_TBB
/// On one thread, as the others; the graph is made anew each time, as theirs is.
void run_tbb(const Graph& graph) {
    using Node = tbb::flow::continue_node<tbb::flow::continue_msg>;
    const tbb::global_control one_thread(tbb::global_control::max_allowed_parallelism, 1);
    tbb::flow::graph flow;
    std::size_t count = 0;
    std::vector<std::unique_ptr<Node>> nodes;
    nodes.reserve(graph.size());
    for (NodeIndex i = 0; i < graph.size(); ++i) {
        nodes.push_back(std::make_unique<Node>(flow, [&count](const tbb::flow::continue_msg&) { ++count; }));
    }
    for (NodeIndex i = 0; i < graph.size(); ++i) {
        for (const NodeIndex next : graph.successors(i)) tbb::flow::make_edge(*nodes[i], *nodes[next]);
    }
    for (NodeIndex i = 0; i < graph.size(); ++i) {
        if (graph.in_degree(i) == 0) nodes[i]->try_put(tbb::flow::continue_msg());
    }
    flow.wait_for_all();
    if (count != graph.size()) throw std::runtime_error("not every node was run");
}
#endif

Comparison comparison(const Shape& shape) {
    const auto graph = std::make_shared<const Graph>(shape.nodes, shape.edges);
    Comparison out;
    out.name = "graph/" + shape.name + ", " + std::to_string(shape.nodes) + " nodes";
    out.item = "node";
    out.items = shape.nodes;
    out.contestants.push_back({"coroutines", [graph] { return measure([&] { run_driver<Nothing>(graph); }); }});
    out.contestants.push_back({"decided on the spot", [graph] { return measure([&] { run_driver<Decided>(graph); }); }});
    out.contestants.push_back({"plain loop", [graph] { return measure([&] { plain_loop(*graph); }); }});
#ifdef KAHN_BENCH_HAS_TBB
    out.contestants.push_back({"oneTBB flow graph, 1 thread", [graph] { return measure([&] { run_tbb(*graph); }); }});
#endif
    return out;
}

}  // namespace

std::vector<Comparison> graph_cases(const Settings& settings) {
    std::vector<Comparison> all;
    for (const NodeIndex nodes : settings.is_quick ? std::vector<NodeIndex>{10'000} : std::vector<NodeIndex>{1'000, 100'000, 1'000'000}) {
        for (const auto shape : {chain, wide, random, layered}) all.push_back(comparison(shape(nodes)));
    }
    return all;
}

}  // namespace kahn::bench
