#include <kahn/graph/scheduler.hpp>

#include "graph/graphs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <optional>
#include <set>

namespace kahn::graph {
namespace {

using namespace kahn::graph::test;

/// What a scheduler has to do, written down as slowly and plainly as possible: every question looks at the whole graph.
class Oracle {
public:
    Oracle(const Graph& graph, const SchedulerOptions& options)
        : options_(options),
          above_(graph.size()),
          end_(graph.size()) {
        for (NodeIndex node = 0; node < graph.size(); ++node) {
            for (const NodeIndex successor : graph.successors(node)) above_[successor].push_back(node);
        }
    }

    /// Ends all nodes that end without being offered.
    std::set<NodeIndex> skip() {
        std::set<NodeIndex> skipped;
        for (bool is_news = true; is_news;) {
            is_news = false;
            for (NodeIndex node = 0; node < end_.size(); ++node) {
                if (end_[node] || is_running(node) || !all_above_ended(node) || asks(node)) continue;
                if (!is_blocked(node) && !is_cancelled(node)) continue;
                end_[node] = is_blocked(node) ? Outcome::blocked : Outcome::cancelled;
                skipped.insert(node);
                is_news = true;
            }
        }
        return skipped;
    }
    std::set<NodeIndex> ready() const {
        std::set<NodeIndex> nodes;
        for (NodeIndex node = 0; node < end_.size(); ++node) {
            if (!end_[node] && !is_running(node) && all_above_ended(node) && is_behind_open_barrier(node))
                nodes.insert(node);
        }
        return nodes;
    }
    void start(NodeIndex node) { running_.insert(node); }
    void finish(NodeIndex node, Outcome outcome) {
        running_.erase(node);
        end_[node] = outcome;
    }

    bool is_blocked(NodeIndex node) const { return any_above(node, {Outcome::failure, Outcome::blocked}); }
    bool is_cancelled(NodeIndex node) const { return any_above(node, {Outcome::cancelled}); }
    bool has_failed_ancestor(NodeIndex node) const {
        return std::any_of(above_[node].begin(), above_[node].end(),
                           [this](NodeIndex a) { return end_[a] == Outcome::failure || has_failed_ancestor(a); });
    }
    bool all_ended() const {
        return std::all_of(end_.begin(), end_.end(), [](const auto& end) { return end.has_value(); });
    }
    const std::set<NodeIndex>& running() const { return running_; }
    bool asks(NodeIndex node) const { return has(options_.policy[node], NodePolicy::asks); }
    std::optional<Outcome> end(NodeIndex node) const { return end_[node]; }
    /// Whether `cause` failed, or was cancelled, or says that it is blocked, and lies above the node.
    bool is_above(NodeIndex cause, NodeIndex node) const {
        return std::any_of(above_[node].begin(), above_[node].end(),
                           [&](NodeIndex a) { return a == cause || is_above(cause, a); });
    }

private:
    bool is_running(NodeIndex node) const { return running_.contains(node); }
    bool all_above_ended(NodeIndex node) const {
        return std::all_of(above_[node].begin(), above_[node].end(),
                           [this](NodeIndex a) { return end_[a].has_value(); });
    }
    bool is_behind_open_barrier(NodeIndex node) const {
        for (NodeIndex other = 0; other < options_.barrier.size(); ++other) {
            if (options_.barrier[other] < options_.barrier[node] && !end_[other]) return false;
        }
        return true;
    }
    bool any_above(NodeIndex node, std::set<Outcome> outcomes) const {
        return std::any_of(above_[node].begin(), above_[node].end(),
                           [&](NodeIndex a) { return end_[a] && outcomes.contains(*end_[a]); });
    }

    const SchedulerOptions& options_;
    std::vector<std::vector<NodeIndex>> above_;
    std::vector<std::optional<Outcome>> end_;
    std::set<NodeIndex> running_;
};

SchedulerOptions random_options(const Graph& graph, std::mt19937& random) {
    const auto below = [&](unsigned limit) { return std::uniform_int_distribution<unsigned>(0, limit - 1)(random); };
    SchedulerOptions options;
    options.policy.resize(graph.size());
    for (NodePolicy& policy : options.policy) policy = static_cast<NodePolicy>(below(3) == 0 ? below(4) : 0);
    if (below(2) == 0) {
        for (NodeIndex node = 0; node < graph.size(); ++node)
            options.priority.push_back(std::chrono::seconds(below(4)));
    }
    if (below(3) == 0) {  // barriers that never decrease along an edge
        options.barrier.resize(graph.size());
        for (NodeIndex node = 0; node < graph.size(); ++node) {
            options.barrier[node] += below(3);
            for (const NodeIndex successor : graph.successors(node)) {
                options.barrier[successor] = std::max(options.barrier[successor], options.barrier[node]);
            }
        }
    }
    return options;
}

/// Takes all that both say is ready, some of it only.
void compare_ready(Scheduler& scheduler, Oracle& oracle, const SchedulerOptions& options, std::mt19937& random) {
    while (true) {
        const std::set<NodeIndex> expected = oracle.ready();
        const std::optional<NodeIndex> peeked = scheduler.peek();
        BOOST_REQUIRE(peeked.has_value() == !expected.empty());
        if (!peeked || std::uniform_int_distribution<int>(0, 4)(random) == 0) return;
        BOOST_REQUIRE(scheduler.next() == peeked);
        BOOST_REQUIRE(expected.contains(*peeked));
        for (const NodeIndex other : expected) {
            const auto is_instant = [&](NodeIndex node) { return has(options.policy[node], NodePolicy::instant); };
            BOOST_REQUIRE(is_instant(*peeked) >= is_instant(other));
            if (is_instant(*peeked) != is_instant(other) || options.priority.empty()) continue;
            BOOST_REQUIRE(options.priority[*peeked] >= options.priority[other]);
            if (options.priority[*peeked] == options.priority[other]) BOOST_REQUIRE(*peeked <= other);
        }
        const Upstream above = scheduler.upstream(*peeked);
        BOOST_REQUIRE(above.blocked == oracle.is_blocked(*peeked));
        BOOST_REQUIRE(above.cancelled == oracle.is_cancelled(*peeked));
        BOOST_REQUIRE(above.ancestor_failed == oracle.has_failed_ancestor(*peeked));
        BOOST_REQUIRE(above.cause.has_value() == (above.blocked || above.cancelled));
        if (above.cause) BOOST_REQUIRE(oracle.is_above(*above.cause, *peeked));
        oracle.start(*peeked);
    }
}

void compare_skips(Scheduler& scheduler, Oracle& oracle) {
    std::set<NodeIndex> skipped;
    while (const auto skip = scheduler.next_skipped()) {
        BOOST_REQUIRE(skipped.insert(skip->node).second);
        BOOST_REQUIRE(oracle.is_above(skip->cause, skip->node));
    }
    BOOST_REQUIRE(skipped == oracle.skip());
}

BOOST_AUTO_TEST_SUITE(scheduling_any_graph)

BOOST_AUTO_TEST_CASE(a_random_run_of_a_random_graph_agrees_with_the_plain_description) {
    for (unsigned seed = 0; seed < 2000; ++seed) {
        BOOST_TEST_CONTEXT("seed " << seed) {
            std::mt19937 random(seed);
            const auto size = std::uniform_int_distribution<NodeIndex>(1, 14)(random);
            const auto graph = random_dag(size, seed % 3, random);
            const SchedulerOptions options = random_options(*graph, random);
            Oracle oracle(*graph, options);
            Scheduler scheduler(graph, options);
            while (!oracle.all_ended()) {
                BOOST_REQUIRE(!scheduler.done());
                compare_ready(scheduler, oracle, options, random);
                BOOST_REQUIRE(scheduler.running() == oracle.running().size());
                if (oracle.running().empty()) continue;
                const auto choice = std::uniform_int_distribution<std::size_t>(0, oracle.running().size() - 1)(random);
                const NodeIndex node = *std::next(oracle.running().begin(), static_cast<std::ptrdiff_t>(choice));
                const int roll = std::uniform_int_distribution<int>(0, 9)(random);
                Outcome outcome = roll < 6 ? Outcome::success : static_cast<Outcome>(roll - 5);
                if (outcome == Outcome::blocked && !scheduler.upstream(node).blocked) outcome = Outcome::success;
                oracle.finish(node, outcome);
                scheduler.finished(node, outcome);
                compare_skips(scheduler, oracle);
            }
            BOOST_TEST(scheduler.done());
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
