#pragma once

#include <kahn/graph/graph.hpp>

#include <initializer_list>
#include <memory>
#include <random>
#include <vector>

namespace kahn::graph::test {

inline std::shared_ptr<const Graph> make_graph(std::size_t node_count, std::vector<Edge> edges) {
    return std::make_shared<const Graph>(node_count, edges);
}

///     0 -> 1 -> 3
///     0 -> 2 -> 3
inline std::shared_ptr<const Graph> diamond() { return make_graph(4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}); }

///     0 -> 1 -> 2 -> ...
inline std::shared_ptr<const Graph> chain(NodeIndex size) {
    std::vector<Edge> edges;
    for (NodeIndex node = 1; node < size; ++node) edges.push_back({node - 1, node});
    return make_graph(size, std::move(edges));
}

///     0 -> 1, 0 -> 2, 0 -> 3, ...
inline std::shared_ptr<const Graph> fan(NodeIndex size) {
    std::vector<Edge> edges;
    for (NodeIndex node = 1; node < size; ++node) edges.push_back({0, node});
    return make_graph(size, std::move(edges));
}

/// About `edges_per_node` edges a node, each from a smaller number to a greater one.
inline std::shared_ptr<const Graph> random_dag(NodeIndex size, unsigned edges_per_node, std::mt19937& random) {
    std::vector<Edge> edges;
    for (NodeIndex node = 1; node < size; ++node) {
        for (unsigned i = 0; i < edges_per_node; ++i) {
            edges.push_back({std::uniform_int_distribution<NodeIndex>(0, node - 1)(random), node});
        }
    }
    return make_graph(size, std::move(edges));
}

}  // namespace kahn::graph::test
