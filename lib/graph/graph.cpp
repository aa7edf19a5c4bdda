#include <kahn/graph/graph.hpp>

#include <boost/assert.hpp>

#include <algorithm>
#include <limits>
#include <numeric>

namespace kahn::graph {

Graph::Graph(std::size_t node_count, std::span<const Edge> edges) : first_(node_count + 1), in_degree_(node_count) {
    BOOST_ASSERT(node_count < std::numeric_limits<NodeIndex>::max());
    BOOST_ASSERT(edges.size() < std::numeric_limits<std::uint32_t>::max());
    for (const Edge& edge : edges) {
        BOOST_ASSERT(edge.from < node_count && edge.to < node_count);
        ++first_[edge.from + 1];
    }
    std::partial_sum(first_.begin(), first_.end(), first_.begin());
    targets_.resize(edges.size());
    {
        std::vector<std::uint32_t> next(first_.begin(), first_.end() - 1);
        for (const Edge& edge : edges) targets_[next[edge.from]++] = edge.to;
    }

    // Rows are sorted, so that equal edges are neighbours and every walk meets the nodes in the order of the file.
    std::uint32_t kept = 0;
    for (std::size_t node = 0; node < node_count; ++node) {
        const auto row_begin = targets_.begin() + first_[node];
        const auto row_end = targets_.begin() + first_[node + 1];
        if (!std::is_sorted(row_begin, row_end)) std::sort(row_begin, row_end);
        first_[node] = kept;
        for (auto target = row_begin; target != row_end; ++target) {
            if (kept > first_[node] && targets_[kept - 1] == *target) continue;
            targets_[kept++] = *target;
        }
    }
    first_[node_count] = kept;
    targets_.resize(kept);
    for (const NodeIndex target : targets_) ++in_degree_[target];
}

std::span<const NodeIndex> Graph::successors(NodeIndex node) const noexcept {
    return std::span(targets_).subspan(first_[node], first_[node + 1] - first_[node]);
}

}  // namespace kahn::graph
