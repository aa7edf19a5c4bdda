#include <kahn/graph/scheduler.hpp>

#include <boost/assert.hpp>

#include <algorithm>
#include <utility>

namespace kahn::graph {
namespace {

// What is known of a node: five flags, and above them the outcome once it has ended.
constexpr std::uint8_t blocked_flag = 1;    // a direct predecessor failed or was blocked
constexpr std::uint8_t cancelled_flag = 2;  // a direct predecessor was cancelled
constexpr std::uint8_t ancestor_failed_flag = 4;
constexpr std::uint8_t running_flag = 8;
constexpr std::uint8_t ended_flag = 16;
constexpr unsigned outcome_shift = 5;

constexpr bool is_set(std::uint8_t flags, std::uint8_t flag) noexcept { return (flags & flag) != 0; }
constexpr std::uint8_t with(std::uint8_t flags, std::uint8_t flag) noexcept {
    return static_cast<std::uint8_t>(flags | flag);
}
constexpr std::uint8_t without(std::uint8_t flags, std::uint8_t flag) noexcept {
    return static_cast<std::uint8_t>(flags & static_cast<std::uint8_t>(~flag));
}

constexpr Outcome outcome_in(std::uint8_t flags) noexcept { return static_cast<Outcome>(flags >> outcome_shift); }
constexpr std::uint8_t outcome_as_flags(Outcome outcome) noexcept {
    return static_cast<std::uint8_t>(static_cast<unsigned>(outcome) << outcome_shift);
}

/// Orders a heap so that the most urgent node is at its front.
struct IsLessUrgent {
    const std::vector<std::chrono::nanoseconds>& priority;
    bool operator()(NodeIndex a, NodeIndex b) const noexcept {
        return priority[a] != priority[b] ? priority[a] < priority[b] : a > b;
    }
};

}  // namespace

void Scheduler::ReadyQueue::push(NodeIndex node, const std::vector<std::chrono::nanoseconds>& priority) {
    nodes_.push_back(node);
    if (!priority.empty()) std::push_heap(nodes_.begin(), nodes_.end(), IsLessUrgent{priority});
}

void Scheduler::ReadyQueue::pop(const std::vector<std::chrono::nanoseconds>& priority) {
    if (priority.empty()) {
        ++head_;
    } else {
        std::pop_heap(nodes_.begin(), nodes_.end(), IsLessUrgent{priority});
        nodes_.pop_back();
    }
}

Scheduler::BarrierGate::BarrierGate(const std::vector<std::uint32_t>& barrier) : rank_(barrier.size()) {
    std::vector<std::uint32_t> values(barrier);
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    first_.resize(values.size() + 1);
    unended_.resize(values.size());
    for (NodeIndex node = 0; node < barrier.size(); ++node) {
        const auto value = std::lower_bound(values.begin(), values.end(), barrier[node]);
        rank_[node] = static_cast<std::uint32_t>(value - values.begin());
        ++unended_[rank_[node]];
    }
    for (std::size_t rank = 0; rank < values.size(); ++rank) first_[rank + 1] = first_[rank] + unended_[rank];
    nodes_.resize(barrier.size());
    std::vector<std::uint32_t> next(first_);
    for (NodeIndex node = 0; node < barrier.size(); ++node) nodes_[next[rank_[node]]++] = node;
}

void Scheduler::BarrierGate::ended(NodeIndex node) noexcept {
    if (!rank_.empty()) --unended_[rank_[node]];
}

std::optional<std::span<const NodeIndex>> Scheduler::BarrierGate::open() noexcept {
    // Everything before the open barrier has ended, else that were not open.
    if (open_ + 1 >= unended_.size() || unended_[open_] != 0) return std::nullopt;
    ++open_;
    return std::span(nodes_).subspan(first_[open_], first_[open_ + 1] - first_[open_]);
}

Scheduler::Scheduler(std::shared_ptr<const Graph> graph, SchedulerOptions options)
    : graph_(std::move(graph)),
      options_(std::move(options)) {
    const std::size_t size = graph_->size();
    BOOST_ASSERT(options_.priority.empty() || options_.priority.size() == size);
    BOOST_ASSERT(options_.policy.empty() || options_.policy.size() == size);
    BOOST_ASSERT(options_.barrier.empty() || options_.barrier.size() == size);
    gate_ = BarrierGate(std::exchange(options_.barrier, {}));
    waits_for_.resize(size);
    cause_.resize(size);
    flags_.resize(size);
    for (NodeIndex node = 0; node < size; ++node) {
        waits_for_[node] = graph_->in_degree(node);
        if (waits_for_[node] == 0) ready(node);
    }
}

bool Scheduler::has_policy(NodeIndex node, NodePolicy flag) const noexcept {
    return !options_.policy.empty() && has(options_.policy[node], flag);
}

std::optional<NodeIndex> Scheduler::next() {
    const std::optional<NodeIndex> node = peek();
    if (!node) return std::nullopt;
    ReadyQueue& queue = instant_.empty() ? normal_ : instant_;
    queue.pop(options_.priority);
    flags_[*node] = with(flags_[*node], running_flag);
    ++running_;
    return node;
}

void Scheduler::finished(NodeIndex node, Outcome outcome) {
    BOOST_ASSERT(is_set(flags_[node], running_flag));
    flags_[node] = without(flags_[node], running_flag);
    --running_;
    settle(node, outcome);
    tell_dependents(node);
    // A skipped node has dependents, too. Its place in the list of skips is its place in the work to do: no recursion.
    while (skips_told_ < skipped_.size()) tell_dependents(skipped_[skips_told_++]);
    while (const auto nodes = gate_.open()) {
        for (const NodeIndex opened : *nodes) {
            if (waits_for_[opened] == 0 && !is_set(flags_[opened], ended_flag)) offer(opened);
        }
    }
}

/// Everything that it waited for has ended.
void Scheduler::ready(NodeIndex node) {
    const std::uint8_t flags = flags_[node];
    if (is_set(flags, blocked_flag | cancelled_flag) && !has_policy(node, NodePolicy::asks)) {
        settle(node, is_set(flags, blocked_flag) ? Outcome::blocked : Outcome::cancelled);
        skipped_.push_back(node);
    } else if (!gate_.holds(node)) {
        offer(node);
    }
}

void Scheduler::offer(NodeIndex node) {
    (has_policy(node, NodePolicy::instant) ? instant_ : normal_).push(node, options_.priority);
}

void Scheduler::settle(NodeIndex node, Outcome outcome) {
    flags_[node] = with(flags_[node], with(ended_flag, outcome_as_flags(outcome)));
    ++ended_;
    gate_.ended(node);
}

void Scheduler::tell_dependents(NodeIndex node) {
    const std::uint8_t flags = flags_[node];
    const Outcome outcome = outcome_in(flags);
    const bool blocks = outcome == Outcome::failure || outcome == Outcome::blocked;
    const bool cancels = outcome == Outcome::cancelled;
    const bool failed_above = outcome == Outcome::failure || is_set(flags, ancestor_failed_flag);
    // Who says that it is blocked or cancelled without anything above being so is the root cause itself.
    const bool passes_on = (outcome == Outcome::blocked && is_set(flags, blocked_flag)) ||
                           (cancels && is_set(flags, cancelled_flag) && !is_set(flags, blocked_flag));
    const NodeIndex cause = passes_on ? cause_[node] : node;

    for (const NodeIndex dependent : graph_->successors(node)) {
        std::uint8_t& known = flags_[dependent];
        if (failed_above) known = with(known, ancestor_failed_flag);
        if (blocks && !is_set(known, blocked_flag)) {
            known = with(known, blocked_flag);
            cause_[dependent] = cause;
        } else if (cancels && !is_set(known, blocked_flag | cancelled_flag)) {
            cause_[dependent] = cause;
        }
        if (cancels) known = with(known, cancelled_flag);
        if (--waits_for_[dependent] == 0) ready(dependent);
    }
}

std::optional<Scheduler::Skipped> Scheduler::next_skipped() {
    if (!has_skipped()) return std::nullopt;
    const NodeIndex node = skipped_[skips_fetched_++];
    Skipped skip;
    skip.node = node;
    skip.outcome = outcome_in(flags_[node]);
    skip.cause = cause_[node];
    return skip;
}

Upstream Scheduler::upstream(NodeIndex node) const {
    const std::uint8_t flags = flags_[node];
    Upstream above;
    above.blocked = is_set(flags, blocked_flag);
    above.cancelled = is_set(flags, cancelled_flag);
    above.ancestor_failed = is_set(flags, ancestor_failed_flag);
    if (above.blocked || above.cancelled) above.cause = cause_[node];
    return above;
}

bool Scheduler::done() const noexcept { return ended_ == flags_.size() && skips_fetched_ == skipped_.size(); }

}  // namespace kahn::graph
