#include <kahn/graph/algorithms.hpp>

#include <boost/assert.hpp>

#include <algorithm>
#include <functional>
#include <limits>
#include <queue>
#include <utility>

namespace kahn::graph {
namespace {

/// The nodes in the order in which Kahn's algorithm takes them from a plain queue. Shorter than the graph if it has a
/// cycle.
std::vector<NodeIndex> kahn_order(const Graph& graph) {
    std::vector<NodeIndex> order;
    order.reserve(graph.size());
    std::vector<std::uint32_t> waits_for(graph.size());
    for (NodeIndex node = 0; node < graph.size(); ++node) {
        waits_for[node] = graph.in_degree(node);
        if (waits_for[node] == 0) order.push_back(node);
    }
    for (std::size_t taken = 0; taken < order.size(); ++taken) {
        for (const NodeIndex successor : graph.successors(order[taken])) {
            if (--waits_for[successor] == 0) order.push_back(successor);
        }
    }
    return order;
}

/// A million jobs of thirty days each are more nanoseconds than there are.
Weight add_clamped(Weight a, Weight b) noexcept { return a > Weight::max() - b ? Weight::max() : a + b; }

/// Earliest end on top; ties by node number.
using Running = std::pair<Weight, NodeIndex>;
using RunningQueue = std::priority_queue<Running, std::vector<Running>, std::greater<>>;

/// Longest remaining path on top; ties by node number.
struct IsLessUrgent {
    std::span<const Weight> remaining;
    bool operator()(NodeIndex a, NodeIndex b) const noexcept {
        return remaining[a] != remaining[b] ? remaining[a] < remaining[b] : a > b;
    }
};

}  // namespace

std::vector<NodeIndex> find_cycle(const Graph& graph) {
    enum class Mark : std::uint8_t { untouched, on_path, finished };
    struct Step {
        NodeIndex node;
        std::uint32_t next_successor;
    };
    std::vector<Mark> marks(graph.size(), Mark::untouched);
    std::vector<Step> path;
    for (NodeIndex start = 0; start < graph.size(); ++start) {
        if (marks[start] != Mark::untouched) continue;
        path.push_back({start, 0});
        marks[start] = Mark::on_path;
        while (!path.empty()) {
            Step& step = path.back();
            const std::span<const NodeIndex> successors = graph.successors(step.node);
            if (step.next_successor == successors.size()) {
                marks[step.node] = Mark::finished;
                path.pop_back();
                continue;
            }
            const NodeIndex successor = successors[step.next_successor++];
            if (marks[successor] == Mark::untouched) {
                marks[successor] = Mark::on_path;
                path.push_back({successor, 0});
            } else if (marks[successor] == Mark::on_path) {
                std::vector<NodeIndex> cycle;
                while (cycle.empty() || cycle.back() != successor) {
                    cycle.push_back(path.back().node);
                    path.pop_back();
                }
                std::reverse(cycle.begin(), cycle.end());
                std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
                return cycle;
            }
        }
    }
    return {};
}

std::vector<std::uint32_t> levels(const Graph& graph) {
    std::vector<std::uint32_t> level(graph.size(), 0);
    for (const NodeIndex node : kahn_order(graph)) {
        for (const NodeIndex successor : graph.successors(node)) {
            level[successor] = std::max(level[successor], level[node] + 1);
        }
    }
    return level;
}

std::vector<NodeIndex> topological_order(const Graph& graph) {
    const std::vector<std::uint32_t> level = levels(graph);
    // A counting sort by level keeps the nodes of one level in the order of their numbers.
    std::vector<std::uint32_t> place;
    for (const std::uint32_t l : level) {
        if (l + 2 > place.size()) place.resize(l + 2);
        ++place[l + 1];
    }
    for (std::size_t l = 1; l < place.size(); ++l) place[l] += place[l - 1];
    std::vector<NodeIndex> order(graph.size());
    for (NodeIndex node = 0; node < graph.size(); ++node) order[place[level[node]]++] = node;
    return order;
}

std::vector<Weight> remaining_path(const Graph& graph, std::span<const Weight> weights) {
    BOOST_ASSERT(weights.size() == graph.size());
    std::vector<Weight> remaining(graph.size(), Weight{0});
    const std::vector<NodeIndex> order = kahn_order(graph);
    for (auto node = order.rbegin(); node != order.rend(); ++node) {
        Weight longest{0};
        for (const NodeIndex successor : graph.successors(*node)) longest = std::max(longest, remaining[successor]);
        remaining[*node] = add_clamped(longest, weights[*node]);
    }
    return remaining;
}

std::vector<NodeIndex> critical_path(const Graph& graph, std::span<const Weight> weights) {
    const std::vector<Weight> remaining = remaining_path(graph, weights);
    const auto by_remaining = [&](NodeIndex a, NodeIndex b) { return remaining[a] < remaining[b]; };
    std::vector<NodeIndex> path;
    for (NodeIndex node = 0; node < graph.size(); ++node) {
        if (graph.in_degree(node) != 0) continue;
        if (path.empty()) path.push_back(node);
        if (by_remaining(path[0], node)) path[0] = node;
    }
    while (!path.empty()) {
        const std::span<const NodeIndex> successors = graph.successors(path.back());
        if (successors.empty()) break;
        path.push_back(*std::max_element(successors.begin(), successors.end(), by_remaining));
    }
    return path;
}

Weight makespan(const Graph& graph, std::span<const Weight> weights, unsigned workers, std::span<const NodeIndex> running_already) {
    const std::vector<Weight> remaining = remaining_path(graph, weights);
    if (workers == 0) return remaining.empty() ? Weight{0} : *std::max_element(remaining.begin(), remaining.end());

    std::priority_queue<NodeIndex, std::vector<NodeIndex>, IsLessUrgent> ready(IsLessUrgent{remaining});
    RunningQueue running;
    std::vector<NodeIndex> ended;
    std::vector<std::uint32_t> waits_for(graph.size());
    std::vector<bool> has_worker(graph.size(), false);
    for (const NodeIndex node : running_already) {
        if (weights[node] == Weight{0} || has_worker[node]) continue;
        has_worker[node] = true;
        running.emplace(weights[node], node);
    }
    const auto readied = [&](NodeIndex node) {
        if (weights[node] == Weight{0}) {
            ended.push_back(node);
        } else if (!has_worker[node]) {
            ready.push(node);
        }
    };
    for (NodeIndex node = 0; node < graph.size(); ++node) {
        waits_for[node] = graph.in_degree(node);
        if (waits_for[node] == 0) readied(node);
    }
    Weight now{0};
    while (true) {
        while (!ended.empty()) {
            const NodeIndex node = ended.back();
            ended.pop_back();
            for (const NodeIndex successor : graph.successors(node)) {
                if (--waits_for[successor] == 0) readied(successor);
            }
        }
        while (!ready.empty() && running.size() < workers) {
            running.emplace(add_clamped(now, weights[ready.top()]), ready.top());
            ready.pop();
        }
        if (running.empty()) return now;
        now = running.top().first;
        // All that end at this moment end before anything starts, else the order of the numbers would decide.
        while (!running.empty() && running.top().first == now) {
            ended.push_back(running.top().second);
            running.pop();
        }
    }
}

}  // namespace kahn::graph
