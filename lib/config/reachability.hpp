#pragma once

#include <kahn/graph/graph.hpp>

#include <vector>

namespace kahn::config {

/// Answers many questions "does `to` come after `from`?" about one graph at once.
///
/// Direct successors are answered on the spot. For the rest, 64 different `from` share one pass over the graph, a bit
/// each: O(distinct / 64 x (nodes + edges)), where a search a question would be quadratic on a long chain.
class Reachability {
public:
    /// \pre no cycle; the graph outlives this
    explicit Reachability(const graph::Graph& graph) : graph_(&graph) {}

    void ask(graph::NodeIndex from, graph::NodeIndex to) { questions_.push_back({from, to}); }

    /// In the order of the questions.
    std::vector<bool> answers() const;

private:
    const graph::Graph* graph_;
    std::vector<graph::Edge> questions_;
};

}  // namespace kahn::config
