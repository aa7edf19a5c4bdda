#include "config/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

/// A stage of one job with more keys.
std::string stage(const std::string& name, const std::string& dependencies = "[]", const std::string& job_keys = "") {
    return "- name: " + name + "\n  dependencies: " + dependencies + "\n  jobs: [{name: j, commands: [x]" + job_keys +
           "}]\n";
}

std::string number(const std::string& prefix, std::size_t i) { return prefix + std::to_string(i); }

}  // namespace

BOOST_AUTO_TEST_SUITE(dependencies)

BOOST_AUTO_TEST_CASE(C06_duplicate_keys_show_both_places) {
    BOOST_TEST(
        problems("name: p\n\"name\": q\nstages: [{name: s, jobs: [{name: j, commands: [x], 'commands': [y]}]}]\n") ==
        "2:1 K011 key 'name' is given twice\n  1:1 first given here\n"
        "3:52 K011 key 'commands' is given twice\n  3:37 first given here\n");
    BOOST_TEST(problems("{\"name\": \"p\",\n \"na\\u006de\": \"q\", \"stages\": 1}", Format::json) ==
               "2:2 K011 key 'name' is given twice\n  1:2 first given here\n"
               "2:30 K014 'stages' of the pipeline must be a list of stages, not a number\n");
    BOOST_TEST(places(with_job("    environment:\n      A: 1\n      B: 2\n      A: 3\n")) == "10:7 K011");
}

BOOST_AUTO_TEST_CASE(C06_duplicate_names_show_both_places) {
    BOOST_TEST(
        problems(
            "name: p\nstages:\n- {name: a, jobs: [{name: j, commands: [x]}, {name: j, commands: [y]}]}\n"
            "- {name: b, jobs: [{name: j, commands: [x]}]}\n- {name: \"a\", jobs: [{name: j, commands: [x]}]}\n") ==
        "3:53 K020 two jobs have the name 'j'\n  3:27 first given here\n"
        "5:10 K020 two stages have the name 'a'\n  3:10 first given here\n");
    BOOST_TEST(problems("x-s: &s {name: a, jobs: [{name: j, commands: [x]}]}\nname: p\nstages:\n- *s\n- *s\n") ==
               "5:3 K020 two stages have the name 'a'\n  4:3 first given here\n");
}

BOOST_AUTO_TEST_CASE(C11_missing_stages_and_stages_that_need_themselves) {
    const LoadResult result = load_text(
        "name: p\nstages:\n" + stage("build") + stage("test", "[biuld, test, build, build]"), Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) ==
               "7:18 K022 stage 'test' depends on 'biuld', which does not exist\n"
               "7:25 K023 stage 'test' depends on itself\n"
               "7:38 K024 stage 'test' depends on 'build' twice\n  7:31 first given here\n");
    BOOST_TEST(result.diagnostics[0].label == "did you mean 'build'?");
}

BOOST_AUTO_TEST_CASE(C11_a_cycle_shows_every_edge) {
    BOOST_TEST(problems("name: p\nstages:\n" + stage("a", "[b]") + stage("b", "[a]")) ==
               "4:18 K021 dependency cycle: a -> b -> a\n  7:18 'b' depends on 'a' here\n");
    BOOST_TEST(problems("name: p\nstages:\n" + stage("build", "[package]") + stage("test", "[lint, build]") +
                        stage("package", "[test]") + stage("lint")) ==
               "4:18 K021 dependency cycle: build -> test -> package -> build\n"
               "  7:24 'test' depends on 'build' here\n  10:18 'package' depends on 'test' here\n");
}

BOOST_AUTO_TEST_CASE(two_cycles_are_reported_together) {
    BOOST_TEST(places("name: p\nstages:\n" + stage("a", "[b]") + stage("b", "[a]") + stage("c", "[d]") +
                      stage("d", "[c]")) == "4:18 K021, 10:18 K021");
}

BOOST_AUTO_TEST_CASE(C11_a_cycle_of_ten_thousand_is_shortened) {
    std::string text = "name: p\nstages:\n";
    for (std::size_t i = 0; i < 10'000; ++i)
        text += stage(number("s", i), "[" + number("s", (i + 9'999) % 10'000) + "]");
    const LoadResult result = load_text(text, Format::yaml, "ci");
    BOOST_REQUIRE(result.diagnostics.size() == 1U);
    BOOST_TEST(result.diagnostics[0].message ==
               "dependency cycle: s0 -> s1 -> s2 -> s3 -> s4 -> (9991 more) -> s9996 -> s9997 -> s9998 -> s9999 -> s0");
    BOOST_TEST(result.diagnostics[0].related.size() == 11U);
}

BOOST_AUTO_TEST_CASE(C11_a_chain_of_ten_thousand_is_good) {
    std::string text = "name: p\nstages:\n" + stage("s0");
    for (std::size_t i = 1; i < 10'000; ++i) text += stage(number("s", i), "[" + number("s", i - 1) + "]");
    const LoadResult result = load_text(text, Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_TEST(result.pipeline.stages.size() == 10'000U);
}

BOOST_AUTO_TEST_CASE(C12_ten_thousand_stages_of_ten_jobs_are_read) {
    std::string text = R"({"name":"p","stages":[)";
    for (std::size_t s = 0; s < 10'000; ++s) {
        text += (s > 0 ? "," : "") + std::string(R"({"name":")") + number("s", s) + R"(","jobs":[)";
        for (std::size_t j = 0; j < 10; ++j) {
            text += (j > 0 ? "," : "") + std::string(R"({"name":")") + number("j", j) +
                    R"(","commands":["echo hello"]})";
        }
        text += "]}";
    }
    const LoadResult result = load_text(text + "]}", Format::json, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_TEST(result.pipeline.job_count() == 100'000U);
}

BOOST_AUTO_TEST_CASE(C12_a_hundred_thousand_jobs_in_one_stage_are_read) {
    std::string text = "name: p\nstages:\n- name: s\n  jobs:\n";
    for (std::size_t j = 0; j < 100'000; ++j) {
        text += "  - name: " + number("j", j) + "\n    commands: [echo]\n";
        if (j > 0) text += "    dependencies: [" + number("j", j - 1) + "]\n";
    }
    const LoadResult result = load_text(text, Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_REQUIRE(result.pipeline.job_count() == 100'000U);
    BOOST_TEST((result.pipeline.stages[0].jobs.back().location == SourceLocation(300'001, 5)));
}

BOOST_AUTO_TEST_CASE(C12_references_far_up_a_long_chain_stay_cheap) {
    Pipeline pipeline;
    pipeline.name = "p";
    for (std::size_t s = 0; s < 20'000; ++s) {
        PipelineStage& last = pipeline.stages.emplace_back(number("s", s),
                                                           std::vector<PipelineJob>{PipelineJob("j", {"x"})});
        if (s > 0) last.dependencies = {number("s", s - 1)};
        if (s > 0) last.jobs[0].dependencies = {number("s", s / 2) + ".j"};
    }
    BOOST_TEST(short_form(check(pipeline)) == "");
    pipeline.stages[7].jobs[0].dependencies = {"s19999.j"};
    BOOST_TEST(short_form(check(pipeline)) ==
               "0:0 K026 stages[7].jobs[0].dependencies[0]: job 'j' depends on 's19999.j', but stage 's7' does not "
               "depend on stage 's19999'\n");
}

BOOST_AUTO_TEST_CASE(jobs_depend_on_jobs_of_their_stage_or_of_one_before) {
    const std::string base = "name: p\nstages:\n" + stage("a") + stage("b", "[a]");
    BOOST_TEST(problems(base + stage("c", "[b]", ", dependencies: [a.j, b.j]")) == "");
    BOOST_TEST(problems(base + stage("c", "[a]", ", dependencies: [a.j, b.j]")) ==
               "11:55 K026 job 'j' depends on 'b.j', but stage 'c' does not depend on stage 'b'\n");
    const LoadResult missing = load_text(base + stage("c", "[a]", ", dependencies: [a.k, a, J, c.j]"), Format::yaml,
                                         "ci");
    BOOST_TEST(short_form(missing.diagnostics) ==
               "11:50 K025 job 'j' depends on 'a.k', which does not exist\n"
               "11:55 K025 job 'j' depends on 'a', which does not exist\n"
               "11:58 K025 job 'j' depends on 'J', which does not exist\n"
               "11:61 K023 job 'j' depends on itself\n");
    BOOST_TEST(missing.diagnostics[1].help.starts_with("'a' is a stage"));
    BOOST_TEST(missing.diagnostics[2].label == "did you mean 'j'?");
}

BOOST_AUTO_TEST_CASE(a_reference_that_means_two_jobs_is_ambiguous) {
    const std::string two =
        "name: p\nstages:\n- name: a.b\n  jobs: [{name: c, commands: [x]}]\n- name: a\n  jobs: [{name: b.c, commands: "
        "[x]}]\n";
    BOOST_TEST(problems(two + stage("t", "[a, a.b]", ", dependencies: [a.b.c]")) ==
               "9:50 K027 job 'j' depends on 'a.b.c', which can mean 2 jobs\n  6:17 job 'b.c' of stage 'a'\n  4:17 job "
               "'c' of stage 'a.b'\n");
    BOOST_TEST(problems("name: p\nstages:\n- name: a.b\n  jobs: [{name: c.d, commands: [x]}]\n" +
                        stage("t", "[a.b]", ", dependencies: [a.b.c.d]")) == "");
}

BOOST_AUTO_TEST_CASE(jobs_that_wait_for_each_other_are_a_cycle) {
    BOOST_TEST(
        problems("name: p\nstages:\n- name: s\n  jobs:\n"
                 "  - {name: a, commands: [x], dependencies: [c]}\n  - {name: b, commands: [x], dependencies: [a]}\n"
                 "  - {name: c, commands: [x], dependencies: [s.b]}\n") ==
        "5:45 K021 dependency cycle: a -> b -> c -> a\n  6:45 'b' depends on 'a' here\n  7:45 'c' depends on 'b' "
        "here\n");
}

BOOST_AUTO_TEST_CASE(one_after_another_a_job_cannot_need_a_later_one) {
    const std::string jobs = "  jobs:\n  - {name: a, commands: [x], dependencies: [b]}\n  - {name: b, commands: [x]}\n";
    BOOST_TEST(problems("name: p\nstages:\n- name: s\n  parallel: false\n" + jobs) ==
               "6:45 K028 job 'a' depends on 'b', which comes after it in a stage with 'parallel: false'\n  7:12 the "
               "later job\n");
    BOOST_TEST(problems("name: p\nstages:\n- name: s\n" + jobs) == "");
}

BOOST_AUTO_TEST_CASE(what_could_not_be_read_is_not_called_missing) {
    BOOST_TEST(places("name: p\nstages:\n- {jobs: [{name: j, commands: [x]}]}\n" + stage("b", "[a]")) == "3:3 K013");
    BOOST_TEST(places("name: p\nstages:\n- text\n" + stage("b", "[a]", ", dependencies: [a.j]")) == "3:3 K014");
    BOOST_TEST(places("name: p\nstages:\n- name: s\n  jobs:\n  - {commands: [x]}\n  - {name: j, commands: [x], "
                      "dependencies: [k]}\n") == "5:5 K013");
}

BOOST_AUTO_TEST_CASE(a_pipeline_in_memory_is_checked_likewise) {
    Pipeline pipeline;
    pipeline.name = "p\n";
    pipeline.timeout = std::chrono::milliseconds(0);
    pipeline.variables["not a name"] = "x";
    PipelineStage& first = pipeline.stages.emplace_back("s", std::vector<PipelineJob>{PipelineJob("j", {})});
    first.dependencies = {"t", ""};
    first.jobs[0].artifacts = {"/etc/passwd"};
    first.jobs[0].environment["A"] = "\xFF";
    pipeline.stages.emplace_back("s");
    BOOST_TEST(short_form(check(pipeline)) ==
               "0:0 K029 name: 'name' of the pipeline holds a control character\n"
               "0:0 K030 variables.not a name: 'not a name' in 'variables' of the pipeline is no name of a variable\n"
               "0:0 K016 timeout: 'timeout' of the pipeline is shorter than 1 ms\n"
               "0:0 K035 stages[0].jobs[0].commands: 'commands' of job 'j' is empty\n"
               "0:0 K034 stages[0].jobs[0].environment.A: 'A' in 'environment' of job 'j' is not UTF-8\n"
               "0:0 K033 stages[0].jobs[0].artifacts[0]: an entry of 'artifacts' of job 'j' is an absolute path\n"
               "0:0 K022 stages[0].dependencies[0]: stage 's' depends on 't', which does not exist\n"
               "0:0 K035 stages[0].dependencies[1]: an entry of 'dependencies' of stage 's' is empty\n"
               "0:0 K020 stages[1].name: two stages have the name 's'\n  0:0 stages[0].name: first given here\n"
               "0:0 K035 stages[1].jobs: 'jobs' of stage 's' is empty\n");
}

BOOST_AUTO_TEST_SUITE_END()
