#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace kahn::graph {

/// A node's number, from 0, in the order of the file.
using NodeIndex = std::uint32_t;

/// `to` may start only after `from` has ended.
struct Edge {
    NodeIndex from;
    NodeIndex to;
};

/// A directed graph that never changes, as compressed sparse rows: 4 bytes an edge and 12 a node.
///
/// It may hold cycles; find_cycle() tells. An edge that is given twice is kept once.
class Graph {
public:
    Graph() = default;
    /// \pre every edge's ends are below `node_count`
    Graph(std::size_t node_count, std::span<const Edge> edges);

    std::size_t size() const noexcept { return in_degree_.size(); }
    std::size_t edge_count() const noexcept { return targets_.size(); }
    std::span<const NodeIndex> successors(NodeIndex node) const noexcept;
    std::uint32_t in_degree(NodeIndex node) const noexcept { return in_degree_[node]; }

private:
    std::vector<std::uint32_t> first_{0};
    std::vector<NodeIndex> targets_;
    std::vector<std::uint32_t> in_degree_;
};

}  // namespace kahn::graph
