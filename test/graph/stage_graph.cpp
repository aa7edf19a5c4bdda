#include "graph/stage_graph.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace kahn::graph {
namespace {

PipelineStage stage(std::string name, std::vector<std::string> dependencies = {}) {
    PipelineStage out(std::move(name));
    out.dependencies = std::move(dependencies);
    return out;
}

std::vector<std::string> texts(const std::vector<PipelineStage>& stages) {
    std::vector<std::string> out;
    const StageGraph found(stages);
    for (const StageFinding& finding : found.findings()) out.push_back(finding.text());
    return out;
}
using Texts = std::vector<std::string>;

/// s0 -> s1 -> s2 -> ..., and back if it is to be a cycle
std::vector<PipelineStage> row(std::size_t size, bool is_cycle) {
    std::vector<PipelineStage> stages;
    for (std::size_t i = 0; i < size; ++i) {
        stages.push_back(stage("s" + std::to_string(i)));
        if (i > 0) stages[i].dependencies.push_back("s" + std::to_string(i - 1));
    }
    if (is_cycle) stages[0].dependencies.push_back("s" + std::to_string(size - 1));
    return stages;
}

BOOST_AUTO_TEST_SUITE(stage_dependencies)

BOOST_AUTO_TEST_CASE(the_order_in_the_file_does_not_matter) {
    const std::vector<PipelineStage> stages{stage("deploy", {"build", "test"}), stage("test", {"build"}),
                                            stage("build")};
    const StageGraph found(stages);
    BOOST_TEST(found.ok());
    BOOST_TEST(found.graph()->edge_count() == 3U);
    BOOST_TEST(found.graph()->in_degree(0) == 2U);
}

BOOST_AUTO_TEST_CASE(C11_a_missing_stage_is_told_with_what_may_be_meant) {
    BOOST_TEST(texts({stage("build"), stage("test", {"biuld"})}) ==
               (Texts{"stage 'test' depends on 'biuld', which does not exist; did you mean 'build'?"}));
    BOOST_TEST(texts({stage("test", {"something"})}) ==
               (Texts{"stage 'test' depends on 'something', which does not exist"}));
}

BOOST_AUTO_TEST_CASE(C11_a_stage_that_depends_on_itself_is_told) {
    BOOST_TEST(texts({stage("a", {"a"})}) == (Texts{"stage 'a' depends on itself"}));
}

BOOST_AUTO_TEST_CASE(C11_a_cycle_of_two_is_told_as_a_path) {
    const std::vector<PipelineStage> stages{stage("x"), stage("a", {"x", "b"}), stage("b", {"a"})};
    const StageGraph found(stages);
    BOOST_REQUIRE(found.findings().size() == 1U);
    const StageFinding& cycle = found.findings()[0];
    BOOST_TEST(cycle.text() == "dependency cycle: a -> b -> a");
    BOOST_TEST(cycle.stage == 1U);
    BOOST_TEST(cycle.dependency == 1U);  // 'a' depends on 'b' there
}

BOOST_AUTO_TEST_CASE(C11_a_cycle_of_10000_is_shortened_in_the_middle) {
    BOOST_TEST(
        texts(row(10'000, true)) ==
        (Texts{
            "dependency cycle: s0 -> s1 -> s2 -> s3 -> s4 -> (9991 more) -> s9996 -> s9997 -> s9998 -> s9999 -> s0"}));
}

BOOST_AUTO_TEST_CASE(C11_a_path_of_12_names_is_told_whole_and_one_of_13_is_not) {
    const auto cycle = [](std::size_t size) { return texts(row(size, true)).at(0); };
    BOOST_TEST(cycle(11) == "dependency cycle: s0 -> s1 -> s2 -> s3 -> s4 -> s5 -> s6 -> s7 -> s8 -> s9 -> s10 -> s0");
    BOOST_TEST(cycle(12) == "dependency cycle: s0 -> s1 -> s2 -> s3 -> s4 -> (3 more) -> s8 -> s9 -> s10 -> s11 -> s0");
}

BOOST_AUTO_TEST_CASE(C11_a_chain_of_10000_is_no_cycle) { BOOST_TEST(StageGraph(row(10'000, false)).ok()); }

BOOST_AUTO_TEST_CASE(C11_a_million_stages_are_checked_without_recursion) {
    constexpr std::size_t million = 1'000'000;
    std::vector<PipelineStage> stages = row(million, false);
    BOOST_TEST(StageGraph(stages).ok());
    stages[0].dependencies.push_back(stages.back().name);
    const StageGraph found(stages);
    BOOST_REQUIRE(found.findings().size() == 1U);
    BOOST_TEST(found.findings()[0].cycle.size() == million);
}

BOOST_AUTO_TEST_CASE(C11_a_hundred_thousand_missing_stages_are_all_told) {
    std::vector<PipelineStage> stages;
    for (int i = 0; i < 100'000; ++i) stages.push_back(stage("s" + std::to_string(i), {"missing" + std::to_string(i)}));
    BOOST_TEST(StageGraph(stages).findings().size() == 100'000U);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_given_twice_is_told_with_both_places) {
    const std::vector<PipelineStage> stages{stage("a"), stage("b"), stage("a")};
    const StageGraph found(stages);
    BOOST_REQUIRE(found.findings().size() == 1U);
    BOOST_TEST((found.findings()[0].kind == StageFinding::Kind::duplicate_name));
    BOOST_TEST(found.findings()[0].first == 0U);
    BOOST_TEST(found.findings()[0].stage == 2U);
}

BOOST_AUTO_TEST_CASE(everything_that_is_wrong_is_told_in_one_pass) {
    BOOST_TEST(texts({stage("a", {"a", "nowhere"}), stage("b", {"c"}), stage("c", {"b"}), stage("a")}) ==
               (Texts{"stage 'a' depends on itself", "stage 'a' depends on 'nowhere', which does not exist",
                      "two stages have the name 'a'", "dependency cycle: b -> c -> b"}));
}

BOOST_AUTO_TEST_CASE(a_name_cannot_steer_the_terminal_of_who_reads_the_message) {
    BOOST_TEST(texts({stage("a\x1b[2J", {"b\n"})}) ==
               (Texts{R"(stage 'a\x1B[2J' depends on 'b\x0A', which does not exist)"}));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn::graph
