#include <kahn/graph/algorithms.hpp>

#include "graph/graphs.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace kahn::graph {

std::ostream& operator<<(std::ostream& out, Edge edge) { return out << edge.from << "->" << edge.to; }

namespace {

using namespace kahn::graph::test;
using Nodes = std::vector<NodeIndex>;

std::vector<Weight> seconds(std::initializer_list<int> values) {
    std::vector<Weight> weights;
    for (const int value : values) weights.push_back(std::chrono::seconds(value));
    return weights;
}
bool is_seconds(Weight weight, int value) { return weight == std::chrono::seconds(value); }

BOOST_AUTO_TEST_SUITE(graphs)

BOOST_AUTO_TEST_CASE(successors_come_in_the_order_of_their_numbers_and_an_edge_given_twice_is_kept_once) {
    const auto graph = make_graph(4, {{1, 3}, {0, 2}, {1, 0}, {1, 3}, {0, 2}, {1, 2}});
    const auto of_one = graph->successors(1);
    BOOST_TEST(Nodes(of_one.begin(), of_one.end()) == (Nodes{0, 2, 3}));
    BOOST_TEST(graph->successors(3).empty());
    BOOST_TEST(graph->edge_count() == 4U);
    BOOST_TEST(graph->in_degree(2) == 2U);
    BOOST_TEST(graph->in_degree(3) == 1U);
}

BOOST_AUTO_TEST_CASE(a_graph_without_nodes_is_a_graph) {
    for (const Graph& graph : {Graph(), Graph(0, {})}) {
        BOOST_TEST(graph.size() == 0U);
        BOOST_TEST(find_cycle(graph).empty());
        BOOST_TEST(topological_order(graph).empty());
        BOOST_TEST(critical_path(graph, {}).empty());
        BOOST_TEST(is_seconds(makespan(graph, {}, 3), 0));
        BOOST_TEST(is_seconds(makespan(graph, {}, 0), 0));
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(cycles)

BOOST_AUTO_TEST_CASE(a_graph_without_a_cycle_has_none) {
    BOOST_TEST(find_cycle(*diamond()).empty());
    std::mt19937 random(3);
    BOOST_TEST(find_cycle(*random_dag(1000, 3, random)).empty());
}

BOOST_AUTO_TEST_CASE(a_cycle_is_told_from_its_smallest_node_on) {
    //  0 -> 4 -> 2 -> 3 -> 4
    BOOST_TEST(find_cycle(*make_graph(5, {{0, 4}, {4, 2}, {2, 3}, {3, 4}})) == (Nodes{2, 3, 4}));
    BOOST_TEST(find_cycle(*make_graph(2, {{0, 1}, {1, 0}})) == (Nodes{0, 1}));
    BOOST_TEST(find_cycle(*make_graph(3, {{1, 1}})) == (Nodes{1}));
}

BOOST_AUTO_TEST_CASE(what_only_hangs_on_a_cycle_is_not_part_of_it) {
    //  0 -> 1 -> 2 -> 1,  2 -> 3
    BOOST_TEST(find_cycle(*make_graph(4, {{0, 1}, {1, 2}, {2, 1}, {2, 3}})) == (Nodes{1, 2}));
}

BOOST_AUTO_TEST_CASE(every_cycle_that_is_found_is_one) {
    for (unsigned seed = 0; seed < 500; ++seed) {
        std::mt19937 random(seed);
        constexpr NodeIndex size = 12;
        std::vector<Edge> edges;
        std::uniform_int_distribution<NodeIndex> any(0, size - 1);
        for (int i = 0; i < 14; ++i) edges.push_back({any(random), any(random)});
        const Graph graph(size, edges);
        const Nodes cycle = find_cycle(graph);
        // Kahn's algorithm gets stuck exactly if there is a cycle.
        Nodes waits_for;
        for (NodeIndex node = 0; node < size; ++node) waits_for.push_back(graph.in_degree(node));
        NodeIndex taken = 0;
        for (bool is_news = true; is_news;) {
            is_news = false;
            for (NodeIndex node = 0; node < size; ++node) {
                if (waits_for[node] != 0) continue;
                waits_for[node] = size * size;
                ++taken;
                is_news = true;
                for (const NodeIndex successor : graph.successors(node)) --waits_for[successor];
            }
        }
        BOOST_TEST_CONTEXT("seed " << seed) {
            BOOST_TEST(cycle.empty() == (taken == size));
            for (std::size_t i = 0; i < cycle.size(); ++i) {
                const auto next = graph.successors(cycle[i]);
                const NodeIndex follower = cycle[(i + 1) % cycle.size()];
                BOOST_TEST((std::find(next.begin(), next.end(), follower) != next.end()));
            }
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(orders)

BOOST_AUTO_TEST_CASE(levels_are_one_deeper_than_the_deepest_that_is_needed) {
    //  0 -> 1 -> 3
    //  0 ------> 3,  2 alone
    BOOST_TEST(levels(*make_graph(4, {{0, 1}, {1, 3}, {0, 3}})) == (std::vector<std::uint32_t>{0, 1, 0, 2}));
}

BOOST_AUTO_TEST_CASE(an_order_goes_level_by_level_smallest_number_first) {
    //  3 -> 0,  2 -> 1 -> 4
    BOOST_TEST(topological_order(*make_graph(5, {{3, 0}, {2, 1}, {1, 4}})) == (Nodes{2, 3, 0, 1, 4}));
}

BOOST_AUTO_TEST_CASE(everything_works_on_a_million_nodes_in_a_row) {
    constexpr NodeIndex million = 1'000'000;
    const auto graph = chain(million);
    const std::vector<Weight> weights(million, std::chrono::seconds(1));
    BOOST_TEST(find_cycle(*graph).empty());
    BOOST_TEST(topological_order(*graph).back() == million - 1);
    BOOST_TEST(levels(*graph).back() == million - 1);
    BOOST_TEST(critical_path(*graph, weights).size() == million);
    BOOST_TEST(is_seconds(makespan(*graph, weights, 4), million));
    std::vector<Edge> edges{{million - 1, 0}};
    for (NodeIndex node = 1; node < million; ++node) edges.push_back({node - 1, node});
    BOOST_TEST(find_cycle(Graph(million, edges)).size() == million);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(the_remaining_path_is_the_heaviest_one_and_counts_the_node_itself) {
    //  0 (1) -> 1 (5) -> 3 (2)
    //  0     -> 2 (1) -> 3
    const auto weights = seconds({1, 5, 1, 2});
    BOOST_TEST((remaining_path(*diamond(), weights) == seconds({8, 7, 3, 2})));
    BOOST_TEST(critical_path(*diamond(), weights) == (Nodes{0, 1, 3}));
}

BOOST_AUTO_TEST_CASE(of_equal_paths_the_one_of_smaller_numbers_is_critical) {
    BOOST_TEST(critical_path(*diamond(), seconds({1, 1, 1, 1})) == (Nodes{0, 1, 3}));
    BOOST_TEST(critical_path(*make_graph(2, {}), seconds({1, 1})) == (Nodes{0}));
}

BOOST_AUTO_TEST_CASE(a_diamond_with_a_long_branch_takes_its_critical_path_and_not_the_sum_of_its_levels) {
    //  0 (1) -> 1 (9) ----------> 4 (1)
    //  0     -> 2 (1) -> 3 (7) -> 4          levels: 1 + 9 + 7 + 1 = 18
    const auto graph = make_graph(5, {{0, 1}, {0, 2}, {2, 3}, {1, 4}, {3, 4}});
    const auto weights = seconds({1, 9, 1, 7, 1});
    BOOST_TEST(is_seconds(makespan(*graph, weights, 2), 11));
    BOOST_TEST(is_seconds(makespan(*graph, weights, 0), 11));
    BOOST_TEST(is_seconds(remaining_path(*graph, weights)[0], 11));
}

BOOST_AUTO_TEST_CASE(one_worker_takes_the_sum_and_more_never_take_longer_than_needed) {
    const auto weights = seconds({3, 1, 4, 1, 5});
    const auto graph = make_graph(5, {});
    BOOST_TEST(is_seconds(makespan(*graph, weights, 1), 14));
    BOOST_TEST(is_seconds(makespan(*graph, weights, 2), 7));
    BOOST_TEST(is_seconds(makespan(*graph, weights, 5), 5));
}

BOOST_AUTO_TEST_CASE(the_longest_remaining_path_goes_first) {
    //  0 (1), 1 (1), 2 (1) -> 3 (5): with 2 in the last place it would take 7
    BOOST_TEST(is_seconds(makespan(*make_graph(4, {{2, 3}}), seconds({1, 1, 1, 5}), 2), 6));
}

BOOST_AUTO_TEST_CASE(nodes_without_weight_take_no_worker) {
    //  0 (0) -> 1 (2),  0 -> 2 (0) -> 3 (2)
    BOOST_TEST(is_seconds(makespan(*make_graph(4, {{0, 1}, {0, 2}, {2, 3}}), seconds({0, 2, 0, 2}), 2), 2));
}

BOOST_AUTO_TEST_CASE(what_has_a_worker_already_keeps_it) {
    //  0 1 -> 2: the longer 1 would go first; 0 has the worker
    const auto graph = make_graph(3, {{1, 2}});
    const auto weights = seconds({2, 5, 4});
    const Nodes running{0};
    BOOST_TEST(is_seconds(makespan(*graph, weights, 1, running), 2 + 5 + 4));
    BOOST_TEST(is_seconds(makespan(*graph, weights, 2, running), 9));
    const Nodes more_than_workers{0, 1};
    BOOST_TEST(is_seconds(makespan(*graph, weights, 1, more_than_workers), 9));
    const Nodes named_twice{1, 1};
    BOOST_TEST(is_seconds(makespan(*graph, weights, 1, named_twice), 11));
}

BOOST_AUTO_TEST_CASE(makespan_is_never_below_path_or_work_and_list_scheduling_stays_within_twice_the_best) {
    for (unsigned seed = 0; seed < 200; ++seed) {
        std::mt19937 random(seed);
        const auto graph = random_dag(40, 1 + seed % 3, random);
        std::vector<Weight> weights;
        Weight work{0};
        for (std::size_t i = 0; i < graph->size(); ++i) {
            weights.push_back(std::chrono::seconds(std::uniform_int_distribution<int>(0, 9)(random)));
            work += weights.back();
        }
        const auto remaining = remaining_path(*graph, weights);
        const Weight path = *std::max_element(remaining.begin(), remaining.end());
        BOOST_TEST((makespan(*graph, weights, 0) == path));
        BOOST_TEST((makespan(*graph, weights, 40) == path));
        BOOST_TEST((makespan(*graph, weights, 1) == work));
        for (const unsigned workers : {2U, 3U, 7U}) {
            const Weight span = makespan(*graph, weights, workers);
            BOOST_TEST((span >= path));
            BOOST_TEST((span * workers >= work));
            BOOST_TEST((span <= path + work / workers));  // Graham's bound
        }
    }
}

BOOST_AUTO_TEST_CASE(a_sum_beyond_all_time_stays_at_the_end_of_it) {
    const std::vector<Weight> weights(3, Weight::max() / 2);
    BOOST_TEST((remaining_path(*chain(3), weights)[0] == Weight::max()));
    BOOST_TEST((makespan(*chain(3), weights, 1) == Weight::max()));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
