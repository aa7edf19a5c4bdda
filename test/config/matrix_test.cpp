// A matrix makes jobs of one, by GitHub's rules.
#include "config/matrix.hpp"

#include "config/support.hpp"

#include "base/text.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

/// One stage `s`: a job `j` with the matrix, and what else there is to write.
std::string with_matrix(const std::string& matrix, const std::string& more = "") {
    return "name: p\nstages:\n- name: s\n  jobs:\n  - name: j\n    commands: [x]\n    matrix: " + matrix + "\n" + more;
}

std::string names(const std::string& text) {
    const LoadResult result = load_text(text, Format::yaml, "ci");
    if (!result.diagnostics.empty()) return short_form(result.diagnostics);
    std::vector<std::string> all;
    for (const PipelineStage& stage : result.pipeline.stages) {
        for (const PipelineJob& job : stage.jobs) all.push_back(job.name);
    }
    return join(all, "; ");
}

/// `A=1 B=2; ...` of every job's environment.
std::string environments(const std::string& text) {
    std::string out;
    const Pipeline pipeline = require(load_text(text, Format::yaml, "ci"));
    for (const PipelineJob& job : pipeline.stages.at(0).jobs) {
        for (const auto& [name, value] : job.environment) out += name + "=" + value + " ";
        out += "; ";
    }
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(matrix)

BOOST_AUTO_TEST_CASE(the_product_is_in_the_order_of_the_file_the_last_variable_fastest) {
    BOOST_TEST(names(with_matrix("{version: [10, 12, 14], os: [linux, bsd]}")) ==
               "j (10, linux); j (10, bsd); j (12, linux); j (12, bsd); j (14, linux); j (14, bsd)");
    BOOST_TEST(environments(with_matrix("{V: [1.10, yes], B: [true]}", "    environment: {E: x}\n")) == "B=true E=x V=1.10 ; B=true E=x V=yes ; ");
}

BOOST_AUTO_TEST_CASE(exclude_takes_out_what_has_all_of_its_values) {
    BOOST_TEST(names(with_matrix("{a: [1, 2], b: [x, y], exclude: [{a: 1, b: y}]}")) == "j (1, x); j (2, x); j (2, y)");
    BOOST_TEST(names(with_matrix("{a: [1, 2], b: [x, y], exclude: [{b: y}]}")) == "j (1, x); j (2, x)");
}

BOOST_AUTO_TEST_CASE(include_adds_to_what_it_does_not_change_and_is_new_otherwise) {
    // The cases of GitHub's documentation: only values of the product are protected, and a new combination is not added to.
    BOOST_TEST(names(with_matrix("{fruit: [apple, pear], animal: [cat, dog], include: [{color: green}, {color: pink, animal: cat}, "
                                 "{fruit: apple, shape: circle}, {fruit: banana}, {fruit: banana, animal: cat}]}")) ==
               "j (apple, cat, pink, circle); j (apple, dog, green, circle); j (pear, cat, pink); j (pear, dog, green); "
               "j (banana); j (banana, cat)");
    BOOST_TEST(names(with_matrix("{include: [{a: 1}, {a: 2, b: 3}]}")) == "j (1); j (2, 3)");
    // An excluded combination may come back.
    BOOST_TEST(names(with_matrix("{a: [1, 2], exclude: [{a: 1}], include: [{a: 1}]}")) == "j (2); j (1)");
}

BOOST_AUTO_TEST_CASE(a_dependency_on_the_plain_name_is_one_on_all) {
    const std::string text = with_matrix("{a: [1, 2]}", "  - {name: after, commands: [x], dependencies: [first, j]}\n"
                                                        "  - {name: first, commands: [x]}\n"
                                                        "- name: t\n  dependencies: [s]\n  jobs: [{name: k, commands: [x], matrix: {b: [3, 4]}, dependencies: [s.j]}]\n");
    const Pipeline pipeline = require(load_text(text, Format::yaml, "ci"));
    BOOST_TEST(join(pipeline.stages[0].jobs[2].dependencies, "; ") == "first; j (1); j (2)");
    BOOST_TEST(join(pipeline.stages[1].jobs[1].dependencies, "; ") == "s.j (1); s.j (2)");
    for (const Format format : {Format::yaml, Format::json}) BOOST_TEST((require(load_text(to_text(pipeline, format), format, "ci")) == pipeline));
    // One of them by its own name; what is wrong is shown where it was written.
    BOOST_TEST(names(with_matrix("{a: [1, 2]}", "  - {name: k, commands: [x], dependencies: ['j (2)']}\n")) == "j (1); j (2); k");
    BOOST_TEST(problems(with_matrix("{a: [1, 2]}", "  - {name: k, commands: [x], dependencies: [j, nobody]}\n")) ==
               "8:48 K025 job 'k' depends on 'nobody', which does not exist\n");
    BOOST_TEST(places(with_matrix("{a: [1]}", "    dependencies: [j]\n")) == "8:20 K023");
}

BOOST_AUTO_TEST_CASE(what_is_wrong_with_a_matrix_is_shown_in_its_place) {
    BOOST_TEST(problems(with_matrix("{a: [1, 1]}")) == "7:21 K038 'a' in 'matrix' of job 'j' has the value '1' twice\n");
    BOOST_TEST(problems(with_matrix("{OS: [a], exclude: [{SO: a}]}")) == "7:34 K012 'exclude' names 'SO', which is no variable of the matrix\n");
    BOOST_TEST(places(with_matrix("{a-b: [1]}")) == "7:14 K030");
    BOOST_TEST(places(with_matrix("{a: 1}")) == "7:17 K014");
    BOOST_TEST(places(with_matrix("{a: []}")) == "7:17 K035");
    BOOST_TEST(places(with_matrix("{a: [[1]]}")) == "7:18 K014");
    BOOST_TEST(places(with_matrix("{}")) == "7:13 K035");
    BOOST_TEST(places(with_matrix("[a]")) == "7:13 K014");
    BOOST_TEST(places(with_matrix("{a: [1], max_parallel: 2}")) == "7:36 K014");
    BOOST_TEST(places(with_matrix("{a: [1], include: [x]}")) == "7:32 K014");
    BOOST_TEST(places(with_matrix("{a: [1], include: {}}")) == "7:31 K014");
    BOOST_TEST(places(with_matrix("{a: ['${']}")) == "7:19 K032");
    BOOST_TEST(places(with_matrix("{a: [\"x\\ny\"]}")) == "7:18 K029");
    BOOST_TEST(places(with_matrix("{a: [1], exclude: [{a: 1}]}")) == "7:13 K038");
    BOOST_TEST(places(with_matrix("{A: [1]}", "    environment: {A: 2}\n")) == "7:13 K038");
    BOOST_TEST(places(with_matrix("{a: [" + std::string(128, 'x') + "]}")) == "7:13 K029");
    BOOST_TEST(problems(with_matrix("{a: [1]}", "  - {name: j, commands: [x]}\n")) == "5:11 K020 two jobs have the name 'j'\n");
}

BOOST_AUTO_TEST_CASE(a_matrix_has_at_most_256_jobs) {
    std::string sixteen = "[0";
    for (int i = 1; i < 16; ++i) sixteen += ", " + std::to_string(i);
    const std::string square = "a: " + sixteen + "], b: " + sixteen + "]";
    BOOST_TEST(require(load_text(with_matrix("{" + square + "}"), Format::yaml, "ci")).job_count() == 256u);
    BOOST_TEST(problems(with_matrix("{" + square + ", include: [{a: 99}]}")) == "7:13 K036 the matrix of job 'j' makes 257 jobs, more than 256\n");
    BOOST_TEST(problems(with_matrix("{" + square + ", c: " + sixteen + "], d: [1, 2]}")) ==
               "7:13 K036 'matrix' of job 'j' has more than 4,096 combinations, before anything is excluded\n");
}

BOOST_AUTO_TEST_SUITE_END()
