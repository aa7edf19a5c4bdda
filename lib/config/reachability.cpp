#include "config/reachability.hpp"

#include <kahn/graph/algorithms.hpp>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace kahn::config {

using graph::NodeIndex;

std::vector<bool> Reachability::answers() const {
    std::vector<bool> out(questions_.size());
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < questions_.size(); ++i) {
        const auto successors = graph_->successors(questions_[i].from);
        // Whichever is shorter would do; a stage rarely has many dependents.
        constexpr std::ptrdiff_t few = 16;
        const auto end = std::ssize(successors) > few ? successors.begin() + few : successors.end();
        out[i] = std::find(successors.begin(), end, questions_[i].to) != end;
        if (!out[i]) open.push_back(i);
    }
    if (open.empty()) return out;

    std::sort(open.begin(), open.end(),
              [this](std::size_t a, std::size_t b) { return questions_[a].from < questions_[b].from; });
    const std::vector<NodeIndex> order = graph::topological_order(*graph_);
    std::vector<std::uint64_t> above(graph_->size());  // bit b: the b-th `from` of this batch is above the node
    for (auto next = open.begin(); next != open.end();) {
        std::fill(above.begin(), above.end(), 0);
        std::vector<std::pair<NodeIndex, std::uint64_t>> batch;
        auto end = next;
        for (; end != open.end(); ++end) {
            const NodeIndex from = questions_[*end].from;
            if (!batch.empty() && batch.back().first == from) continue;
            if (batch.size() == 64) break;
            batch.emplace_back(from, std::uint64_t{1} << batch.size());
            for (const NodeIndex direct : graph_->successors(from)) above[direct] |= batch.back().second;
        }
        for (const NodeIndex node : order) {
            if (above[node] == 0) continue;
            for (const NodeIndex successor : graph_->successors(node)) above[successor] |= above[node];
        }
        auto bit = batch.begin();
        for (; next != end; ++next) {
            while (bit->first != questions_[*next].from) ++bit;
            out[*next] = (above[questions_[*next].to] & bit->second) != 0;
        }
    }
    return out;
}

}  // namespace kahn::config
