#pragma once

#include <kahn/graph/graph.hpp>

#include <chrono>
#include <span>
#include <vector>

namespace kahn::graph {

using Weight = std::chrono::nanoseconds;

/// The first cycle by node number, as a path without the repeated end: `{a, b}` for a -> b -> a. Empty if there is
/// none. Iterative: safe at any depth.
std::vector<NodeIndex> find_cycle(const Graph& graph);

/// Kahn's algorithm (A. B. Kahn, "Topological sorting of large networks", CACM 5(11), 1962): every node after all it
/// depends on, smallest number first among equals of a level.
/// \pre no cycle
std::vector<NodeIndex> topological_order(const Graph& graph);

/// The level of each node: 0 without predecessors, else one more than the deepest of them.
/// \pre no cycle
std::vector<std::uint32_t> levels(const Graph& graph);

/// For each node the heaviest path that starts with it, its own weight included.
/// \pre no cycle; one weight a node
std::vector<Weight> remaining_path(const Graph& graph, std::span<const Weight> weights);

/// The heaviest path, first to last; ties by node number. Empty for an empty graph.
/// \pre no cycle; one weight a node
std::vector<NodeIndex> critical_path(const Graph& graph, std::span<const Weight> weights);

/// How long the graph takes with `workers` at once (0: no limit), longest remaining path first (list scheduling after
/// R. L. Graham, 1969). Nodes of weight zero take no worker.
/// \param running nodes that have a worker already, and whose weight is what is left of them; they go first, whatever the limit
/// \pre no cycle; one weight a node
Weight makespan(const Graph& graph, std::span<const Weight> weights, unsigned workers, std::span<const NodeIndex> running = {});

}  // namespace kahn::graph
