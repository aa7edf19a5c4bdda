#include "config/support.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

/// A pipeline of one job, with `github` as its work and `more` among its keys.
std::string with_workflow(const std::string& github, const std::string& more = "") {
    return "name: p\nstages:\n- name: s\n  jobs:\n  - name: j\n    github: " + github + "\n" + more;
}

GithubWorkflow workflow_of(const std::string& github) {
    const LoadResult result = load_text(with_workflow(github), Format::yaml, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "", github);
    BOOST_REQUIRE(result.ok());
    BOOST_REQUIRE(result.pipeline.stages.at(0).jobs.at(0).github.has_value());
    return *result.pipeline.stages[0].jobs[0].github;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(github)

BOOST_AUTO_TEST_CASE(a_workflow_stands_in_place_of_commands) {
    const GithubWorkflow least = workflow_of("{repo: acme/rocket, workflow: ci.yml}");
    BOOST_TEST(least.repo == "acme/rocket");
    BOOST_TEST(least.workflow == "ci.yml");
    BOOST_TEST(least.ref == "");
    BOOST_TEST(least.inputs.empty());
    BOOST_TEST(least.wait);
    const GithubWorkflow all = workflow_of("{repo: \"${OWNER}/x\", workflow: 42, ref: v1.0, inputs: {log-level: 010, dry: yes, none: }, wait: false}");
    BOOST_TEST(all.repo == "${OWNER}/x");
    BOOST_TEST(all.workflow == "42");
    BOOST_TEST(all.ref == "v1.0");
    BOOST_TEST(all.inputs.at("log-level") == "010");
    BOOST_TEST(all.inputs.at("dry") == "yes");
    BOOST_TEST(all.inputs.at("none") == "");
    BOOST_TEST(!all.wait);
}

BOOST_AUTO_TEST_CASE(a_job_has_one_kind_of_work) {
    BOOST_TEST(problems("name: p\nstages:\n- name: s\n  jobs:\n  - name: j\n") ==
               "5:5 K013 job 'j' has no 'commands', nor 'github' in their place\n");
    const std::string good = "{repo: a/b, workflow: c.yml}";
    BOOST_TEST(problems(with_workflow(good, "    commands: [make]\n")) ==
               "7:5 K040 job 'j' has 'commands' beside 'github': its work is not done on this machine\n");
    for (const char* key : {"artifacts: [x]", "reports: {junit: x.xml}", "working_directory: x", "commands: ", "artifacts: "}) {
        BOOST_TEST(problems(with_workflow(good, "    " + std::string(key) + "\n")).find("7:5 K040") != std::string::npos, key);
    }
    for (const char* key : {"environment: {A: b}", "timeout: 1h", "retry_count: 1", "retry_delay: 5s", "allow_failure: true", "x-note: 1"}) {
        BOOST_TEST(problems(with_workflow(good, "    " + std::string(key) + "\n")) == "", key);
    }
}

BOOST_AUTO_TEST_CASE(what_is_wrong_in_it_is_said_at_its_place) {
    BOOST_TEST(problems(with_workflow("")) ==
               "6:5 K014 'github' of job 'j' must be a mapping with repo, workflow, ref, inputs, wait, not nothing\n");
    BOOST_TEST(problems(with_workflow("{}")) == "6:13 K013 'github' of job 'j' has no 'repo'\n6:13 K013 'github' of job 'j' has no 'workflow'\n");
    BOOST_TEST(problems(with_workflow("{repo: a/b, workflow: c.yml, refs: main}")) == "6:42 K012 unknown key 'refs' in 'github' of job 'j'\n");
    for (const char* repo : {"rocket", "a/b/c", "/b", "a/", "https://github.com/a/b", "a b/c", "../b", "a/..", "''"}) {
        BOOST_TEST(places(with_workflow("{repo: " + std::string(repo) + ", workflow: c.yml}")) == "6:20 K041", repo);
    }
    BOOST_TEST(places(with_workflow("{repo: a/b, workflow: .github/workflows/c.yml}")) == "6:35 K042");
    BOOST_TEST(places(with_workflow("{repo: a/b, workflow: ''}")) == "6:35 K035");
    BOOST_TEST(places(with_workflow("{repo: a/b, workflow: c.yml, ref: [main]}")) == "6:47 K014");
    BOOST_TEST(places(with_workflow("{repo: a/b, workflow: c.yml, wait: maybe}")) == "6:48 K018");
    BOOST_TEST(places(with_workflow("{repo: a/b, workflow: c.yml, inputs: {1st: x}}")) == "6:51 K030");
    BOOST_TEST(places(with_workflow("{repo: a/b, workflow: c.yml, inputs: {a: [x]}}")) == "6:54 K014");
    BOOST_TEST(places(with_workflow("{repo: \"${A\", workflow: \"${}\", ref: \"$\", inputs: {a: \"${1}\"}}")).find("K032") != std::string::npos);
    std::string inputs;
    for (int i = 0; i < 26; ++i) inputs += (i > 0 ? ", i" : "i") + std::to_string(i) + ": x";
    BOOST_TEST(places(with_workflow("{repo: a/b, workflow: c.yml, inputs: {" + inputs + "}}")) == "6:50 K036");
}

BOOST_AUTO_TEST_CASE(a_wrong_key_gets_advice) {
    const auto found = load_text(with_workflow("{repo: a/b, workflow: c.yml, input: {a: b}}"), Format::yaml, "ci").diagnostics;
    BOOST_REQUIRE(found.size() == 1U);
    BOOST_TEST(found[0].label == "did you mean 'inputs'?");
    BOOST_TEST(found[0].help == "github keys are: inputs, ref, repo, wait, workflow");
}

BOOST_AUTO_TEST_CASE(in_JSON_a_number_may_name_the_workflow) {
    const auto result = load_text(R"({"name": "p", "stages": [{"name": "s", "jobs": [{"name": "j", "github": {"repo": "a/b", "workflow": 42,
        "inputs": {"n": 1.50, "b": true}}}]}]})", Format::json, "ci");
    BOOST_TEST(short_form(result.diagnostics) == "");
    BOOST_TEST(result.pipeline.stages.at(0).jobs.at(0).github->workflow == "42");
    BOOST_TEST(result.pipeline.stages.at(0).jobs.at(0).github->inputs.at("n") == "1.50");
}

BOOST_AUTO_TEST_SUITE_END()
