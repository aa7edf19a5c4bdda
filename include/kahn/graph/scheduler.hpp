#pragma once

#include <kahn/graph/graph.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

namespace kahn::graph {

/// How a node ended, as its dependents see it.
enum class Outcome : std::uint8_t {
    success,    ///< done, or failed and allowed to
    skipped,    ///< by its own condition: to its dependents the same as success
    failure,    ///< its dependents are blocked, and it is the root cause
    blocked,    ///< skipped because of something above it: its dependents are blocked by the same root cause
    cancelled,  ///< its dependents are cancelled
};

/// What a node is to the scheduler. Combine with `|`.
enum class NodePolicy : std::uint8_t {
    normal = 0,
    asks = 1,     ///< offered whatever happened above it: the node itself decides
    instant = 2,  ///< takes no worker: offered before all that do
};
constexpr NodePolicy operator|(NodePolicy a, NodePolicy b) noexcept {
    return static_cast<NodePolicy>(static_cast<std::uint8_t>(a) | static_cast<std::uint8_t>(b));
}
constexpr bool has(NodePolicy policy, NodePolicy flag) noexcept {
    return (static_cast<std::uint8_t>(policy) & static_cast<std::uint8_t>(flag)) != 0;
}

/// What a node's predecessors came to. Complete once all of them have ended.
struct Upstream {
    bool blocked = false;          ///< a direct predecessor failed or was blocked
    bool cancelled = false;        ///< a direct predecessor was cancelled
    bool ancestor_failed = false;  ///< a node anywhere above failed
    std::optional<NodeIndex>
        cause;  ///< the root cause of `blocked`, else of `cancelled`: a node that failed or was cancelled
};

/// How to order and gate the nodes; every vector is empty or has one entry a node.
struct SchedulerOptions {
    SchedulerOptions() = default;

    /// Greater goes first, ties by node number. Empty: first ready, first offered.
    std::vector<std::chrono::nanoseconds> priority;
    std::vector<NodePolicy> policy;  ///< empty: all normal
    /// A node is offered when every node of a smaller barrier has ended. Nothing may depend on a node of a greater
    /// barrier than its own. Empty: none.
    std::vector<std::uint32_t> barrier;
};
static_assert(!std::is_aggregate_v<SchedulerOptions>);

/// Kahn's algorithm run live: each node holds its in-degree and is ready the moment that falls to zero.
///
/// A pure state machine: it starts nothing and knows no time. O(log n) a node (O(1) without priorities), O(1) an edge,
/// no recursion.
///
///     while (auto node = scheduler.next()) start(*node);
///     ...
///     scheduler.finished(node, Outcome::success);  // readies, or skips, what depends on it
///     while (auto skip = scheduler.next_skipped()) report(*skip);
class Scheduler {
public:
    /// \pre no cycle; the options fit the graph
    explicit Scheduler(std::shared_ptr<const Graph> graph, SchedulerOptions options = {});

    /// The node that next() would return.
    std::optional<NodeIndex> peek() const noexcept {
        if (!instant_.empty()) return instant_.front();
        if (!normal_.empty()) return normal_.front();
        return std::nullopt;
    }
    /// The next node to start, if one is ready: instant ones first, then by priority.
    std::optional<NodeIndex> next();

    /// \pre next() returned the node, and it has not been reported yet
    void finished(NodeIndex node, Outcome outcome);

    /// A node that ended without being offered, because of what is above it.
    struct Skipped {
        NodeIndex node = 0;
        Outcome outcome = Outcome::blocked;  ///< or cancelled
        NodeIndex cause = 0;
    };
    /// In the order they were decided; each one once.
    std::optional<Skipped> next_skipped();
    /// Whether next_skipped() has one.
    bool has_skipped() const noexcept { return skips_fetched_ != skipped_.size(); }

    Upstream upstream(NodeIndex node) const;
    std::size_t size() const noexcept { return flags_.size(); }
    bool is_instant(NodeIndex node) const noexcept { return has_policy(node, NodePolicy::instant); }
    std::size_t running() const noexcept { return running_; }
    /// Every node has ended, and every skipped one was fetched.
    bool done() const noexcept;

private:
    /// Each node goes in once and comes out once.
    class ReadyQueue {
    public:
        bool empty() const noexcept { return head_ == nodes_.size(); }
        NodeIndex front() const noexcept { return nodes_[head_]; }
        void push(NodeIndex node, const std::vector<std::chrono::nanoseconds>& priority);
        void pop(const std::vector<std::chrono::nanoseconds>& priority);

    private:
        std::vector<NodeIndex> nodes_;  // a binary heap; without priorities a queue
        std::size_t head_ = 0;          // of the queue; a heap begins at 0
    };

    /// Which nodes may be offered yet, where there are barriers.
    class BarrierGate {
    public:
        BarrierGate() = default;
        explicit BarrierGate(const std::vector<std::uint32_t>& barrier);
        bool holds(NodeIndex node) const noexcept { return !rank_.empty() && rank_[node] > open_; }
        void ended(NodeIndex node) noexcept;
        /// Opens the next barrier if everything before it has ended, and gives the nodes that stood behind it.
        std::optional<std::span<const NodeIndex>> open() noexcept;

    private:
        std::vector<std::uint32_t> rank_;     // by node: of its barrier among all
        std::vector<std::uint32_t> unended_;  // by rank: nodes that have not ended
        std::vector<std::uint32_t> first_;    // by rank: place in nodes_
        std::vector<NodeIndex> nodes_;        // in the order of their ranks
        std::uint32_t open_ = 0;              // the greatest rank that may be offered
    };

    bool has_policy(NodeIndex node, NodePolicy flag) const noexcept;
    void ready(NodeIndex node);
    void offer(NodeIndex node);
    void settle(NodeIndex node, Outcome outcome);
    void tell_dependents(NodeIndex node);

    std::shared_ptr<const Graph> graph_;
    SchedulerOptions options_;
    std::vector<std::uint32_t> waits_for_;  // by node: predecessors that have not ended
    std::vector<NodeIndex> cause_;          // by node: what blocks it, else what cancels it
    std::vector<std::uint8_t> flags_;       // by node
    ReadyQueue instant_;
    ReadyQueue normal_;
    BarrierGate gate_;
    std::vector<NodeIndex> skipped_;
    std::size_t skips_told_ = 0;     // to their dependents
    std::size_t skips_fetched_ = 0;  // by next_skipped()
    std::size_t ended_ = 0;
    std::size_t running_ = 0;
};

}  // namespace kahn::graph
