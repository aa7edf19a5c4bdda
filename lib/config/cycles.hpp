#pragma once

#include <kahn/graph/graph.hpp>

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace kahn::config {

/// Cycles that share no node, the first ones by node number, at most `most`: enough to correct a file in one go. Each
/// is a path without the repeated end.
std::vector<std::vector<graph::NodeIndex>> find_cycles(const graph::Graph& graph, std::size_t most);

/// `a -> b -> a`; of a long path the middle is counted instead.
/// \param names without the repeated end
std::string cycle_text(std::span<const std::string> names);

}  // namespace kahn::config
