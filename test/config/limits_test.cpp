#include "config/document_builder.hpp"
#include "config/readers.hpp"

#include "config/support.hpp"

#include <boost/test/unit_test.hpp>

// Limits on what a file may make of the reader. Nothing here is timed: whatever went quadratic or exponential would run
// into the limit against hanging, or into the count of nodes.

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

/// Each anchor holds nine aliases of the one before: 9^levels values.
std::string alias_bomb(int levels) {
    std::string out = "l0: &l0 [" + repeat("x, ", 9) + "x]\n";
    for (int i = 1; i < levels; ++i) {
        const std::string name = "l" + std::to_string(i);
        out += name + ": &" + name + " [" + repeat("*l" + std::to_string(i - 1) + ", ", 9) + "x]\n";
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(limits)

BOOST_AUTO_TEST_CASE(C01_what_is_no_mapping_is_refused_with_its_place) {
    BOOST_TEST(problems("") == "1:1 K010 the file is empty: a pipeline is a mapping with 'name' and 'stages'\n");
    BOOST_TEST(places(" \n\t\n") == "1:1 K010");
    BOOST_TEST(places("# nothing but a comment\n") == "1:1 K010");
    BOOST_TEST(places("---\n...\n") == "2:1 K010");
    BOOST_TEST(places("~") == "1:1 K010");
    BOOST_TEST(problems("\n  word\n") ==
               "2:3 K010 the file is a single value: a pipeline is a mapping with 'name' and 'stages'\n");
    BOOST_TEST(problems("# a\n- a\n- b\n") ==
               "2:1 K010 the file is a list: a pipeline is a mapping with 'name' and 'stages'\n");
    for (const std::string text : {"", "  ", "null", " 7", "\"x\"", "[]"}) {
        BOOST_TEST(places(text, Format::json).ends_with(" K010"), text);
    }
}

BOOST_AUTO_TEST_CASE(C02_an_alias_bomb_is_refused_before_it_is_built) {
    BOOST_TEST(places(alias_bomb(30)) == "6:10 K006");
    Report report;
    const std::string text = alias_bomb(4) + "name: p\n";
    const auto document = read_yaml(text, report);
    BOOST_REQUIRE(document);
    BOOST_TEST(document->size() < DocumentBuilder::max_alias_nodes + text.size());
}

BOOST_AUTO_TEST_CASE(C02_many_aliases_count_together) {
    BOOST_TEST(places("a: &a x\nb: [" + repeat("*a,", 100'000) + "]\n").find("K006") == std::string::npos);
    BOOST_TEST(places("a: &a x\nb: [" + repeat("*a,", 100'001) + "]\n").find("2:300005 K006") == 0);
}

BOOST_AUTO_TEST_CASE(C02_an_alias_inside_its_own_anchor_is_refused) {
    BOOST_TEST(problems("a: &x [*x]\n") ==
               "1:8 K008 this alias stands inside the value that it stands for\n  1:7 which begins here\n");
    BOOST_TEST(places("a: &x {b: &y [c, {d: *x}]}\n") == "1:22 K008");
    BOOST_TEST(places("a: &x\n- &y\n  - *x\n") == "3:5 K008");
}

BOOST_AUTO_TEST_CASE(C02_aliases_cannot_go_deeper_than_a_text) {
    std::string text = "a0: &a0 [x]\n";
    for (int i = 1; i < 80; ++i) {
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
    }
    BOOST_TEST(places(text) == "64:12 K007");
}

BOOST_AUTO_TEST_CASE(C04_sixty_four_levels_are_read_and_one_more_is_not) {
    BOOST_TEST(places(repeat("[", 64) + repeat("]", 64)) == "1:1 K010");
    BOOST_TEST(places(repeat("[", 65) + repeat("]", 65)) == "1:65 K007");
    BOOST_TEST(places(repeat("[", 64) + repeat("]", 64), Format::json) == "1:1 K010");
    BOOST_TEST(places(repeat("[", 65) + repeat("]", 65), Format::json) == "1:65 K007");
    BOOST_TEST(places(repeat("{\"a\":", 65) + "1" + repeat("}", 65), Format::json) == "1:321 K007");
}

BOOST_AUTO_TEST_CASE(C04_a_million_levels_end_at_the_first_too_many) {
    for (const std::size_t levels : {65UL, 66UL, 500UL, 1'000UL, 10'000UL, 1'000'000UL}) {
        BOOST_TEST(places(repeat("[", levels)) == "1:65 K007");
        BOOST_TEST(places(repeat("[", levels) + repeat("]", levels)) == "1:65 K007");
        BOOST_TEST(places(repeat("{a: ", levels)) == "1:257 K007");
        BOOST_TEST(places(repeat("- ", levels)) == "1:129 K007");
        BOOST_TEST(places(repeat("[", levels), Format::json) == "1:65 K007");
        BOOST_TEST(places(repeat("{\"a\":", levels), Format::json) == "1:321 K007");
    }
    std::string lines;
    for (std::size_t i = 0; i < 1'000; ++i) lines += std::string(i, ' ') + "a:\n";
    BOOST_TEST(places(lines) == "65:65 K007");
}

BOOST_AUTO_TEST_CASE(brackets_in_texts_are_not_depth) {
    const std::string text = with_job("    environment:\n      A: \"" + repeat("[{", 5'000) + "\"\n") +
                             "  - name: k\n    commands:\n    - |\n" + repeat("      printf '\\033[1m{'\n", 500);
    const LoadResult result = load_text(text, Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_TEST(result.pipeline.stages[0].jobs[0].environment.at("A").size() == 10'000U);
}

BOOST_AUTO_TEST_CASE(a_tree_takes_a_few_times_the_memory_of_its_text) {
    std::string text = "name: p\nstages:\n";
    for (int i = 0; i < 1'000; ++i) {
        text += "- name: stage" + std::to_string(i) + "\n  jobs:\n  - name: compile\n    commands: [make]\n";
    }
    Report report;
    const auto document = read_yaml(text, report);
    BOOST_REQUIRE(document);
    BOOST_TEST(document->size() * sizeof(Node) < 5 * text.size());
}

BOOST_AUTO_TEST_CASE(more_than_ten_million_values_are_refused) {
    const std::string text = "[" + repeat("1,", DocumentBuilder::max_nodes) + "1]";
    const LoadResult result = load_text(text, Format::json, "ci");
    BOOST_TEST(places(result.diagnostics) == "1:20000000 K006");
}

BOOST_AUTO_TEST_CASE(more_stages_or_jobs_than_allowed_are_refused_at_the_first_too_many) {
    std::string stages = R"({"name":"p","stages":[)";
    for (int i = 0; i < 100'001; ++i) {
        if (i > 0) stages += ',';
        stages += R"({"name":"s)" + std::to_string(i) + R"(","jobs":[{"name":"j","commands":["x"]}]})";
    }
    BOOST_TEST(problems(stages + "]}", Format::json).ends_with(" K036 more than 100,000 stages\n"));
}

BOOST_AUTO_TEST_CASE(of_thousands_of_problems_the_first_hundred_are_kept_and_the_rest_counted) {
    std::string text = "name: p\nvariables:\n";
    for (int i = 0; i < 20'000; ++i) text += "  9x: y\n  " + std::to_string(i) + ": z\n";
    const LoadResult result = load_text(text, Format::yaml, "ci");
    BOOST_REQUIRE(result.diagnostics.size() == 101U);
    BOOST_TEST(result.diagnostics[0].location.line == 1);  // no stages
    BOOST_TEST(result.diagnostics[1].location.line == 3);
    BOOST_TEST(result.diagnostics.back().code == "K099");
    // 20,001 bad names, 19,999 times one of them again, and no stages.
    BOOST_TEST(result.diagnostics.back().message ==
               std::to_string(20'001 + 19'999 + 1 - 100) + " more problems, not shown");
}

BOOST_AUTO_TEST_SUITE_END()
