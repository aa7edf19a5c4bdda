#include "config/cycles.hpp"

#include "base/text.hpp"

#include <kahn/graph/algorithms.hpp>

namespace kahn::config {

using graph::Edge;
using graph::Graph;
using graph::NodeIndex;

std::vector<std::vector<NodeIndex>> find_cycles(const Graph& graph, std::size_t most) {
    std::vector<std::vector<NodeIndex>> cycles;
    std::vector<NodeIndex> cycle = graph::find_cycle(graph);
    std::vector<bool> is_taken(graph.size());
    while (!cycle.empty()) {
        for (const NodeIndex node : cycle) is_taken[node] = true;
        cycles.push_back(std::move(cycle));
        if (cycles.size() == most) break;
        std::vector<Edge> rest;
        for (NodeIndex from = 0; from < graph.size(); ++from) {
            for (const NodeIndex to : graph.successors(from)) {
                if (!is_taken[from] && !is_taken[to]) rest.push_back({from, to});
            }
        }
        cycle = graph::find_cycle(Graph(graph.size(), rest));
    }
    return cycles;
}

std::string cycle_text(std::span<const std::string> names) {
    constexpr std::size_t most_names = 12;
    constexpr std::size_t names_at_each_end = 5;
    std::vector<std::string> path;
    for (std::size_t i = 0; i <= names.size(); ++i) {
        const std::size_t left_out = names.size() + 1 - 2 * names_at_each_end;
        if (names.size() >= most_names && i == names_at_each_end) {
            path.emplace_back("(").append(std::to_string(left_out)).append(" more)");
            i += left_out;
        }
        path.push_back(printable(names[i % names.size()]));
    }
    return join(path, " -> ");
}

}  // namespace kahn::config
