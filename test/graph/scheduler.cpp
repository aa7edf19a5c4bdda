#include <kahn/graph/scheduler.hpp>

#include "graph/graphs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <ostream>

namespace kahn::graph {

std::ostream& operator<<(std::ostream& out, Outcome outcome) { return out << static_cast<int>(outcome); }

namespace {

using namespace kahn::graph::test;
using Nodes = std::vector<NodeIndex>;

SchedulerOptions with_policies(std::vector<NodePolicy> policies) {
    SchedulerOptions options;
    options.policy = std::move(policies);
    return options;
}
SchedulerOptions with_barriers(std::vector<std::uint32_t> barriers) {
    SchedulerOptions options;
    options.barrier = std::move(barriers);
    return options;
}

/// Everything that can be started now.
Nodes start_all(Scheduler& s) {
    Nodes started;
    while (const auto node = s.next()) started.push_back(*node);
    return started;
}
Nodes skipped_now(Scheduler& s) {
    Nodes skipped;
    while (const auto skip = s.next_skipped()) skipped.push_back(skip->node);
    return skipped;
}

BOOST_AUTO_TEST_SUITE(scheduling)

BOOST_AUTO_TEST_CASE(a_node_is_ready_when_the_last_of_what_it_needs_has_ended) {
    Scheduler s(diamond());  // 0 -> 1, 2 -> 3
    BOOST_TEST(start_all(s) == (Nodes{0}));
    s.finished(0, Outcome::success);
    BOOST_TEST(start_all(s) == (Nodes{1, 2}));
    s.finished(2, Outcome::success);
    BOOST_TEST(!s.next());
    s.finished(1, Outcome::success);
    BOOST_TEST(start_all(s) == (Nodes{3}));
    BOOST_TEST(!s.done());
    s.finished(3, Outcome::success);
    BOOST_TEST(s.done());
}

BOOST_AUTO_TEST_CASE(an_empty_graph_is_done) { BOOST_TEST(Scheduler(make_graph(0, {})).done()); }

BOOST_AUTO_TEST_CASE(peek_tells_what_next_returns_and_running_counts) {
    Scheduler s(make_graph(2, {}));
    BOOST_TEST(s.peek().value() == 0U);
    BOOST_TEST(s.running() == 0U);
    BOOST_TEST(s.next().value() == 0U);
    BOOST_TEST(s.peek().value() == 1U);
    BOOST_TEST(s.running() == 1U);
    s.finished(0, Outcome::success);
    BOOST_TEST(s.running() == 0U);
}

BOOST_AUTO_TEST_CASE(failure_skips_what_needs_it_and_nothing_else) {
    //  0 -> 1 -> 3
    //  0 -> 2 -> 4
    Scheduler s(make_graph(5, {{0, 1}, {0, 2}, {1, 3}, {2, 4}}));
    s.finished(s.next().value(), Outcome::success);
    BOOST_TEST(start_all(s) == (Nodes{1, 2}));
    s.finished(1, Outcome::failure);
    const auto skip = s.next_skipped();
    BOOST_REQUIRE(skip);
    BOOST_TEST(skip->node == 3U);
    BOOST_TEST(skip->outcome == Outcome::blocked);
    BOOST_TEST(skip->cause == 1U);
    BOOST_TEST(!s.done());  // 2 still runs
    s.finished(2, Outcome::success);
    BOOST_TEST(start_all(s) == (Nodes{4}));
    s.finished(4, Outcome::success);
    BOOST_TEST(s.done());
}

BOOST_AUTO_TEST_CASE(the_root_cause_is_told_all_the_way_down) {
    //  0 -> 1 -> 2 -> 3
    Scheduler s(chain(4));
    s.finished(s.next().value(), Outcome::failure);
    for (NodeIndex node = 1; node < 4; ++node) {
        const auto skip = s.next_skipped();
        BOOST_REQUIRE(skip);
        BOOST_TEST(skip->node == node);
        BOOST_TEST(skip->cause == 0U);
    }
    BOOST_TEST(s.done());
}

BOOST_AUTO_TEST_CASE(it_is_not_done_before_every_skip_was_fetched) {
    Scheduler s(chain(2));
    s.finished(s.next().value(), Outcome::failure);
    BOOST_TEST(!s.done());
    BOOST_TEST(s.next_skipped().has_value());
    BOOST_TEST(s.done());
}

BOOST_AUTO_TEST_CASE(a_node_is_skipped_only_when_all_it_waits_for_has_ended) {
    //  0 -> 2 <- 1
    Scheduler s(make_graph(3, {{0, 2}, {1, 2}}));
    start_all(s);
    s.finished(0, Outcome::failure);
    BOOST_TEST(!s.next_skipped());
    s.finished(1, Outcome::success);
    BOOST_TEST(s.next_skipped()->node == 2U);
}

BOOST_AUTO_TEST_CASE(skipped_by_its_own_condition_is_to_its_dependents_the_same_as_success) {
    Scheduler s(chain(2));
    s.finished(s.next().value(), Outcome::skipped);
    BOOST_TEST(s.next().value() == 1U);
    BOOST_TEST(!s.upstream(1).blocked);
}

BOOST_AUTO_TEST_CASE(what_needs_a_cancelled_node_is_cancelled) {
    Scheduler s(chain(3));
    s.finished(s.next().value(), Outcome::cancelled);
    for (NodeIndex node = 1; node < 3; ++node) {
        const auto skip = s.next_skipped();
        BOOST_REQUIRE(skip);
        BOOST_TEST(skip->node == node);
        BOOST_TEST(skip->outcome == Outcome::cancelled);
        BOOST_TEST(skip->cause == 0U);
    }
}

BOOST_AUTO_TEST_CASE(failure_goes_before_cancellation) {
    //  0 (cancelled) -> 2 <- 1 (failed)
    for (const bool failure_first : {true, false}) {
        Scheduler s(make_graph(3, {{0, 2}, {1, 2}}));
        start_all(s);
        if (failure_first) s.finished(1, Outcome::failure);
        s.finished(0, Outcome::cancelled);
        if (!failure_first) s.finished(1, Outcome::failure);
        const auto skip = s.next_skipped();
        BOOST_REQUIRE(skip);
        BOOST_TEST(skip->outcome == Outcome::blocked);
        BOOST_TEST(skip->cause == 1U);
        BOOST_TEST(s.upstream(2).cancelled);
    }
}

BOOST_AUTO_TEST_CASE(a_node_that_asks_is_offered_whatever_happened_above_it) {
    //  0 -> 1 -> 2 (asks) -> 3
    Scheduler s(chain(4),
                with_policies({NodePolicy::normal, NodePolicy::normal, NodePolicy::asks, NodePolicy::normal}));
    s.finished(s.next().value(), Outcome::failure);
    BOOST_TEST(skipped_now(s) == (Nodes{1}));
    BOOST_TEST(s.next().value() == 2U);
    const Upstream above = s.upstream(2);
    BOOST_TEST(above.blocked);
    BOOST_TEST(above.ancestor_failed);
    BOOST_TEST(above.cause.value() == 0U);

    // It declines: what needs it is blocked by the same root cause.
    s.finished(2, Outcome::blocked);
    const auto skip = s.next_skipped();
    BOOST_REQUIRE(skip);
    BOOST_TEST(skip->node == 3U);
    BOOST_TEST(skip->cause == 0U);
    BOOST_TEST(s.done());
}

BOOST_AUTO_TEST_CASE(a_node_that_asks_and_runs_satisfies_what_needs_it_but_the_failure_above_stays_known) {
    //  0 (fails) -> 1 (asks, succeeds) -> 2
    Scheduler s(chain(3), with_policies({NodePolicy::normal, NodePolicy::asks, NodePolicy::normal}));
    s.finished(s.next().value(), Outcome::failure);
    s.finished(s.next().value(), Outcome::success);
    BOOST_TEST(s.next().value() == 2U);
    const Upstream above = s.upstream(2);
    BOOST_TEST(!above.blocked);
    BOOST_TEST(above.ancestor_failed);
    BOOST_TEST(!above.cause.has_value());
}

BOOST_AUTO_TEST_CASE(instant_nodes_are_offered_before_all_others) {
    SchedulerOptions options = with_policies({NodePolicy::normal, NodePolicy::normal, NodePolicy::instant});
    for (const int priority : {3, 2, 1}) options.priority.push_back(std::chrono::seconds(priority));
    Scheduler s(make_graph(3, {}), std::move(options));
    BOOST_TEST(start_all(s) == (Nodes{2, 0, 1}));
}

BOOST_AUTO_TEST_CASE(greater_priority_goes_first_and_ties_by_number) {
    SchedulerOptions options;
    for (const int priority : {1, 3, 2, 3, 2}) options.priority.push_back(std::chrono::seconds(priority));
    Scheduler s(make_graph(5, {}), std::move(options));
    BOOST_TEST(start_all(s) == (Nodes{1, 3, 2, 4, 0}));
}

BOOST_AUTO_TEST_CASE(without_priorities_what_was_ready_first_goes_first) {
    //  0 -> 3,  1 -> 2
    Scheduler s(make_graph(4, {{0, 3}, {1, 2}}));
    start_all(s);
    s.finished(0, Outcome::success);
    s.finished(1, Outcome::success);
    BOOST_TEST(start_all(s) == (Nodes{3, 2}));
}

BOOST_AUTO_TEST_CASE(a_barrier_holds_a_node_until_everything_before_it_has_ended) {
    //  barrier 10: 0, 1    barrier 20: 2 (needs 0), 3    barrier 30: 4 (needs 0)
    Scheduler s(make_graph(5, {{0, 2}, {0, 4}}), with_barriers({10, 10, 20, 20, 30}));
    BOOST_TEST(start_all(s) == (Nodes{0, 1}));
    s.finished(0, Outcome::success);
    BOOST_TEST(!s.next());
    s.finished(1, Outcome::success);
    BOOST_TEST(start_all(s) == (Nodes{2, 3}));
    s.finished(2, Outcome::success);
    s.finished(3, Outcome::failure);
    BOOST_TEST(start_all(s) == (Nodes{4}));
    s.finished(4, Outcome::success);
    BOOST_TEST(s.done());
}

BOOST_AUTO_TEST_CASE(a_level_that_is_skipped_as_a_whole_opens_the_barrier_behind_it) {
    //  0 -> 1 (barrier 1)    2 (barrier 2, needs nothing)
    Scheduler s(make_graph(3, {{0, 1}}), with_barriers({0, 1, 2}));
    BOOST_TEST(start_all(s) == (Nodes{0}));
    s.finished(0, Outcome::failure);
    BOOST_TEST(skipped_now(s) == (Nodes{1}));
    BOOST_TEST(start_all(s) == (Nodes{2}));
}

BOOST_AUTO_TEST_CASE(a_failure_at_the_head_of_a_million_nodes_needs_no_recursion) {
    constexpr NodeIndex million = 1'000'000;
    Scheduler s(chain(million));
    s.finished(s.next().value(), Outcome::failure);
    BOOST_TEST(skipped_now(s).size() == million - 1);
    BOOST_TEST(s.done());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
