#pragma once

#include <kahn/graph/graph.hpp>

#include <cstddef>
#include <vector>

namespace kahn::config {

/// Cycles that share no node, the first ones by node number, at most `most`: enough to correct a file in one go. Each
/// is a path without the repeated end.
std::vector<std::vector<graph::NodeIndex>> find_cycles(const graph::Graph& graph, std::size_t most);

}  // namespace kahn::config
