#include "config/cycles.hpp"

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

}  // namespace kahn::config
