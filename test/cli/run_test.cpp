#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

struct Workspace {
    ProgramResult run_yaml(const std::string& yaml, std::vector<std::string> options = {}) {
        directory.write("ci.yaml", yaml);
        options.insert(options.begin(), {"run", "ci.yaml"});
        return kahn(std::move(options)).in(directory.path()).run();
    }
    bool exists(const std::string& file) const { return std::filesystem::exists(directory / file); }

    TemporaryDirectory directory;
};

/// Two independent stages and one that needs the first; each job leaves a file of its name.
constexpr const char* branches =
    "name: p\n"
    "variables: {GREETING: hello}\n"
    "triggers: [push, manual]\n"
    "stages:\n"
    "  - name: a\n"
    "    jobs:\n"
    "      - {name: a1, commands: ['touch a1']}\n"
    "      - {name: a2, commands: ['echo \"$GREETING\" > a2']}\n"
    "  - name: b\n"
    "    jobs: [{name: b1, commands: ['touch b1']}]\n"
    "  - name: c\n"
    "    dependencies: [a]\n"
    "    jobs: [{name: c1, commands: ['touch c1']}]\n";

}  // namespace

BOOST_FIXTURE_TEST_SUITE(run, Workspace)

BOOST_AUTO_TEST_CASE(success_is_0_and_the_view_goes_to_standard_error) {
    const ProgramResult result = run_yaml(pipeline_of("echo hi"));
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.out == "");
    BOOST_TEST(result.err.starts_with("kahn: run "));
    BOOST_TEST(contains(result.err, " p (ci.yaml): 1 job, 1 level, 10 workers\n[1/1] start  j\nj | hi\n[1/1] ok     j "));
    BOOST_TEST(contains(result.err, "s\nkahn: ok in "));
    BOOST_TEST(result.err.ends_with(": 1 ok\n"));
    BOOST_TEST(exists(".kahn/runs"));
}

BOOST_AUTO_TEST_CASE(a_failed_job_is_1_and_what_matters_is_repeated_at_the_end) {
    const ProgramResult result = run_yaml(pipeline_of("'echo before; echo oops >&2; exit 3'"));
    BOOST_TEST(result.exit_code == 1);
    BOOST_TEST(contains(result.err, "] FAIL   j "));
    const auto summary = result.err.substr(result.err.find("kahn: failed: j: exit 3 after "));
    BOOST_TEST(contains(summary, ", ci.yaml:5:9\n  | before\n  | oops\n  full log: .kahn/runs/"));
    BOOST_TEST(contains(summary, "kahn: FAILED in "));
    BOOST_TEST(result.err.ends_with(": 0 ok, 1 failed (j)\n"));
    const auto log = summary.substr(summary.find(".kahn/runs/"), summary.find(".log\n") + 4 - summary.find(".kahn/runs/"));
    BOOST_TEST(directory.read(log) == "before\noops\n");
}

BOOST_AUTO_TEST_CASE(an_allowed_failure_is_0) {
    const ProgramResult result = run_yaml(
        "name: p\nstages:\n  - name: s\n    allow_failure: true\n    jobs: [{name: j, commands: ['false']}]\n");
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(contains(result.err, "(allowed to fail)"));
}

BOOST_AUTO_TEST_CASE(a_bad_file_is_3_and_runs_nothing) {
    const ProgramResult result = run_yaml("name: p\nstages:\n  - name: s\n    jobs: [{name: j, commands: ['touch it-ran'], comands: []}]\n");
    BOOST_TEST(result.exit_code == 3);
    BOOST_TEST(contains(result.err, "comands"));
    BOOST_TEST(!exists("it-ran"));
    BOOST_TEST(!exists(".kahn"));
}

BOOST_AUTO_TEST_CASE(an_event_that_is_no_trigger_is_4_with_a_reason) {
    const ProgramResult push = run_yaml(branches, {"--event", "push"});
    BOOST_TEST(push.exit_code == 0);
    const ProgramResult schedule = run_yaml(branches, {"--event", "schedule"});
    BOOST_TEST(schedule.exit_code == 4);
    BOOST_TEST(schedule.err == "kahn: nothing to run: 'p' is not started by schedule; its triggers are push, manual\n");
    const ProgramResult none = run_yaml(pipeline_of("true"), {"--event", "push"});
    BOOST_TEST(none.exit_code == 4);
    BOOST_TEST(contains(none.err, "it names no triggers"));
}

BOOST_AUTO_TEST_CASE(a_pipeline_timeout_is_124) {
    directory.write("ci.yaml", "name: p\ntimeout: 300ms\nstages:\n  - name: s\n    jobs: [{name: j, commands: ['" KAHN_HOSTILE " wait']}]\n");
    const ProgramResult result = kahn({"run", "ci.yaml"}).in(directory.path()).run();
    BOOST_TEST(result.exit_code == 124);
    BOOST_TEST(contains(result.err, "timed out"));
}

BOOST_AUTO_TEST_CASE(a_workspace_that_cannot_be_made_is_74) {
    directory.write("file", "");
    const ProgramResult result = run_yaml(pipeline_of("touch it-ran"), {"--workspace", "file/below"});
    BOOST_TEST_CONTEXT(result.err) {
        BOOST_TEST(result.exit_code == 74);
        BOOST_TEST(contains(result.err, "file/below"));
        BOOST_TEST(!exists("it-ran"));
    }
}

BOOST_AUTO_TEST_CASE(runs_are_kept_in_the_workspace_that_was_asked_for) {
    std::filesystem::create_directory(directory / "elsewhere");
    BOOST_TEST(run_yaml(pipeline_of("true"), {"--workspace", "elsewhere"}).exit_code == 0);
    BOOST_TEST(exists("elsewhere/.kahn/runs"));
    BOOST_TEST(!exists(".kahn"));
}

BOOST_AUTO_TEST_CASE(a_selection_brings_what_it_depends_on_and_nothing_else) {
    BOOST_TEST(run_yaml(branches, {"--stage", "c"}).exit_code == 0);
    BOOST_TEST(exists("a1"));
    BOOST_TEST(exists("c1"));
    BOOST_TEST(!exists("b1"));
}

BOOST_AUTO_TEST_CASE(one_job_can_be_run_alone) {
    BOOST_TEST(run_yaml(branches, {"--job", "a.a2", "--job", "b1"}).exit_code == 0);
    BOOST_TEST(exists("a2"));
    BOOST_TEST(exists("b1"));
    BOOST_TEST(!exists("a1"));
    BOOST_TEST(!exists("c1"));
}

BOOST_AUTO_TEST_CASE(V01_a_variable_reaches_the_command_as_it_is) {
    const std::string value = "it's \"$(touch hacked)\" `x` \\ ; = \xC3\xA4";
    BOOST_TEST(run_yaml(branches, {"--var", "GREETING=" + value}).exit_code == 0);
    BOOST_TEST(directory.read("a2") == value + "\n");
    BOOST_TEST(!exists("hacked"));
}

BOOST_AUTO_TEST_CASE(a_variable_that_looks_like_a_slip_is_pointed_out) {
    const ProgramResult result = run_yaml(branches, {"--var", "GREETNIG=x"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(contains(result.err, "kahn: warning: --var GREETNIG: no such variable in the file. Did you mean 'GREETING'?\n"));
    BOOST_TEST(directory.read("a2") == "hello\n");
}

BOOST_AUTO_TEST_CASE(C_changes_the_directory_first) {
    directory.write("sub/ci.yaml", pipeline_of("touch it-ran"));
    BOOST_TEST(kahn({"run", "-C", "sub", "ci.yaml"}).in(directory.path()).run().exit_code == 0);
    BOOST_TEST(exists("sub/it-ran"));
    BOOST_TEST(exists("sub/.kahn"));
}

BOOST_AUTO_TEST_CASE(standard_input_can_be_the_file) {
    const ProgramResult result = kahn({"run", "-"}).in(directory.path()).fed(pipeline_of("'cat; touch it-ran'")).run();
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(exists("it-ran"));
}

BOOST_AUTO_TEST_CASE(fail_fast_ends_what_is_running) {
    const ProgramResult result = run_yaml(
        "name: p\nstages:\n  - name: a\n    jobs: [{name: waits, commands: ['" KAHN_HOSTILE " wait']}]\n"
        "  - name: b\n    jobs: [{name: fails, commands: ['false']}]\n",
        {"--fail-fast"});
    BOOST_TEST(result.exit_code == 1);
    BOOST_TEST(!result.was_too_slow);
    BOOST_TEST(contains(result.err, "1 failed (fails), 1 cancelled\n"));
}

BOOST_AUTO_TEST_CASE(levels_and_limits_change_the_order_and_not_the_result) {
    for (const std::vector<std::string>& options :
         {std::vector<std::string>{"--schedule", "levels"}, {"--schedule=live"}, {"-j", "1"}, {"-j0"}, {"--workers", "3"}}) {
        const ProgramResult result = run_yaml(branches, options);
        BOOST_TEST(result.exit_code == 0);
        BOOST_TEST(result.err.ends_with(": 4 ok\n"));
    }
    BOOST_TEST(contains(run_yaml(branches, {"-j", "0"}).err, "no limit on workers"));
}

BOOST_AUTO_TEST_CASE(the_branch_decides_conditions) {
    const std::string yaml =
        "name: p\nstages:\n  - name: s\n    conditions: {branch: 'release/*'}\n    jobs: [{name: j, commands: ['touch it-ran']}]\n";
    const ProgramResult other = run_yaml(yaml, {"--branch", "main"});
    BOOST_TEST(other.exit_code == 0);
    BOOST_TEST(contains(other.err, "] skip   j: condition: branch is 'main', needs 'release/*'\n"));
    BOOST_TEST(!exists("it-ran"));
    BOOST_TEST(run_yaml(yaml, {"--branch", "release/1"}).exit_code == 0);
    BOOST_TEST(exists("it-ran"));
}

BOOST_AUTO_TEST_CASE(H05_a_job_does_not_inherit_that_the_program_ignores_broken_pipes) {
    const ProgramResult result = run_yaml(pipeline_of("\"grep SigIgn /proc/self/status\""));
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(contains(result.err, "j | SigIgn:\t0000000000000000\n"));
}

BOOST_AUTO_TEST_CASE(L12_output_reaches_the_log_raw_and_the_terminal_harmless) {
    const ProgramResult result = run_yaml(pipeline_of("'printf \"\\033[2Ja\\033]0;t\\007b\\n\"; exit 1'"));
    BOOST_TEST(contains(result.err, "j | ab\n"));
    BOOST_TEST(!contains(result.err, "\x1B"));
    const auto at = result.err.find(".kahn/runs/");
    BOOST_REQUIRE(at != std::string::npos);
    BOOST_TEST(directory.read(result.err.substr(at, result.err.find('\n', at) - at)) == "\x1B[2Ja\x1B]0;t\ab\n");
}

BOOST_AUTO_TEST_CASE(a_pipeline_of_many_jobs_runs_to_its_end) {
    std::string yaml = "name: many\nstages:\n";
    for (int s = 0; s < 60; ++s) {
        yaml += "  - name: s" + std::to_string(s) + "\n";
        if (s >= 5) yaml += "    dependencies: [s" + std::to_string(s - 5) + ", s" + std::to_string(s - 3) + "]\n";
        yaml += "    jobs:\n";
        for (int j = 0; j < 5; ++j) yaml += "      - {name: j" + std::to_string(j) + ", commands: ['echo $KAHN_STAGE.$KAHN_JOB']}\n";
    }
    const ProgramResult result = run_yaml(yaml, {"-j", "8"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.err.ends_with(": 300 ok\n"));
    for (int s = 0; s < 60; ++s) {
        const std::string name = "s" + std::to_string(s) + ".j4";
        BOOST_TEST(contains(result.err, "\n" + name + " | " + name + "\n"));
    }
}

BOOST_AUTO_TEST_CASE(the_first_example_runs) {
    const ProgramResult result = kahn({"run", KAHN_EXAMPLES "/hello.yaml"}).in(directory.path()).run(std::chrono::seconds{120});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(exists("build/hello/words.tar.gz"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
