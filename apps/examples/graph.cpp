// Nodes a second: the scheduler and its driver alone, without pipelines, processes or records.
//
//     graph [NODES]      # 100,000 without an argument
//
// Any awaitable may be a node's work. Here it is a coroutine that does nothing, so that what is measured is the scheduling.

#include <kahn/graph/driver.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <charconv>
#include <chrono>
#include <exception>
#include <iostream>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace asio = boost::asio;
using kahn::graph::Edge;
using kahn::graph::Graph;
using kahn::graph::NodeIndex;
using kahn::graph::Outcome;

/// Layers of 100 nodes, each of which waits for four of the layer above.
std::shared_ptr<const Graph> layered(NodeIndex nodes) {
    constexpr NodeIndex width = 100;
    std::vector<Edge> edges;
    for (NodeIndex node = width; node < nodes; ++node) {
        const NodeIndex layer_above = (node / width - 1) * width;
        for (const NodeIndex step : {0U, 31U, 62U, 93U}) edges.push_back({layer_above + (node * 7 + step) % width, node});
    }
    return std::make_shared<const Graph>(nodes, edges);
}

class Work final : public kahn::graph::NodeWork {
public:
    std::optional<Outcome> decide(NodeIndex) override { return std::nullopt; }  // nothing is known beforehand: run it
    asio::awaitable<Outcome> run(NodeIndex) override { return succeed(&nodes_run); }
    void skipped(const kahn::graph::Scheduler::Skipped&) override {}

    std::size_t nodes_run = 0;

private:
    static asio::awaitable<Outcome> succeed(std::size_t* count) {
        ++*count;
        co_return Outcome::success;
    }
};

std::optional<NodeIndex> parse_count(std::string_view text) {
    constexpr NodeIndex most = 10'000'000;
    NodeIndex count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const bool is_count = error == std::errc() && end == text.data() + text.size() && count >= 1 && count <= most;
    return is_count ? std::optional<NodeIndex>(count) : std::nullopt;
}

int main(int argc, char** argv) {
    const std::optional<NodeIndex> nodes = parse_count(argc == 1 ? "100000" : argc == 2 ? argv[1] : "");
    if (!nodes) {
        std::cerr << "usage: graph [NODES]   (1 to 10,000,000)\n";
        return 2;
    }
    const auto graph = layered(*nodes);
    asio::io_context context(1);
    Work work;
    kahn::graph::Driver driver(context.get_executor(), kahn::graph::Scheduler(graph), kahn::graph::WorkerSlots::make(10));

    const auto begin = std::chrono::steady_clock::now();
    std::exception_ptr failure;
    asio::co_spawn(context, driver.run(work), [&failure](std::exception_ptr thrown) { failure = thrown; });
    context.run();
    if (failure) std::rethrow_exception(failure);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;

    std::cout << work.nodes_run << " nodes, " << graph->edge_count() << " edges: " << time.count() << " s, "
              << static_cast<std::size_t>(static_cast<double>(work.nodes_run) / time.count()) << " nodes/s\n";
    return work.nodes_run == graph->size() ? 0 : 1;
}
