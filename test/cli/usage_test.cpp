#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

/// Wrong usage: exit 2, nothing on standard output, a `kahn: ` line and where to learn more on standard error.
void check_wrong(const std::vector<std::string>& arguments, const std::string& message) {
    const TemporaryDirectory directory;
    directory.write("ci.yaml", pipeline_of("touch it-ran"));
    const ProgramResult result = kahn(arguments).in(directory.path()).run();
    BOOST_TEST_CONTEXT(message << " <-> " << result.err) {
        BOOST_TEST(result.exit_code == 2);
        BOOST_TEST(result.out == "");
        BOOST_TEST(result.err.starts_with("kahn: "));
        BOOST_TEST(contains(result.err, message));
        BOOST_TEST(!std::filesystem::exists(directory / "it-ran"));
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(usage)

BOOST_AUTO_TEST_CASE(an_unknown_command_is_answered_with_the_one_that_was_meant) {
    check_wrong({"rnu", "ci.yaml"}, "unknown command 'rnu'. Did you mean 'run'?\nsee: kahn --help\n");
    check_wrong({"frobnicate"}, "unknown command 'frobnicate'\n");
    check_wrong({"help", "validat"}, "unknown command 'validat'. Did you mean 'validate'?");
}

BOOST_AUTO_TEST_CASE(an_unknown_option_is_answered_with_the_one_that_was_meant) {
    check_wrong({"run", "ci.yaml", "--fail-fsat"}, "unknown option '--fail-fsat'. Did you mean '--fail-fast'?\nsee: kahn run --help\n");
    check_wrong({"run", "--dyr-run=1", "ci.yaml"}, "unknown option '--dyr-run'. Did you mean '--dry-run'?");
    check_wrong({"plan", "ci.yaml", "--color"}, "unknown option '--color'\n");
    check_wrong({"--verzion"}, "unknown option '--verzion'. Did you mean '--version'?\nsee: kahn --help\n");
    check_wrong({"-x"}, "unknown option '-x'\n");
    check_wrong({"run", "--nope"}, "unknown option '--nope'");  // and not that the file is missing
    check_wrong({"run", "-j", "x", "--nope", "ci.yaml"}, "unknown option '--nope'");
}

BOOST_AUTO_TEST_CASE(missing_and_superfluous_arguments_are_named) {
    check_wrong({"run"}, "FILE");
    check_wrong({"validate"}, "FILE");
    check_wrong({"explain", "K0122"}, "unknown code 'K0122'. Did you mean 'K012'?");
    check_wrong({"explain", "k999"}, "there is no code 'K999'; 'kahn explain' lists all");
    check_wrong({"explain", "nope"}, "unknown code 'nope'; 'kahn explain' lists all");
    check_wrong({"run", "ci.yaml", "-j"}, "--workers needs a value\n");
    check_wrong({"run", "ci.yaml", "-j", "1", "-j", "2"}, "--workers can be given only once\n");
    check_wrong({"watch", ""}, "FILE is empty\n");
    check_wrong({"run", "ci.yaml", "other.yaml"}, "unexpected argument 'other.yaml'");
    check_wrong({"run", "ci.yaml", "--dry-run=x"}, "--dry-run cannot be 'x'");
    check_wrong({"runs", "--workspace", ""}, "--workspace: needs a value\n");
    check_wrong({"schema", "confg"}, "WHAT knows pipeline, config, not 'confg'. Did you mean 'config'?");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_watched_is_told_before_anything_is) {
    const auto check_unwatched = [](const std::vector<std::string>& arguments, const std::string& message) {
        const TemporaryDirectory directory;
        directory.write("ci.yaml", pipeline_of("touch it-ran"));
        std::filesystem::create_directory(directory / "folder");
        const ProgramResult result = kahn(arguments).in(directory.path()).run();
        BOOST_TEST(result.exit_code == 2);
        BOOST_TEST(contains(result.err, message));
        BOOST_TEST(!contains(result.err, "watching"));
    };
    check_unwatched({"watch", "ci.yaml", "--", "--bad"}, "kahn: unknown option '--bad'\n");
    check_unwatched({"watch", "ci.yaml", "--", "--fail-fsat"}, "Did you mean '--fail-fast'?\n");
    check_unwatched({"watch", "ci.yaml", "--", "--stage"}, "--stage needs a value\n");
    check_unwatched({"watch", "ci.yaml", "--", "--help"}, "");
    check_unwatched({"watch", "folder"}, "kahn: 'folder' is a directory: FILE is a pipeline file");
}

BOOST_AUTO_TEST_CASE(an_env_file_that_is_not_there_is_told_as_a_file_that_is_not_there) {
    const TemporaryDirectory directory;
    directory.write("ci.yaml", pipeline_of("touch it-ran"));
    const ProgramResult result = kahn({"run", "ci.yaml", "--env-file", "nope"}).in(directory.path()).run();
    BOOST_TEST(result.exit_code == 3);
    BOOST_TEST(contains(result.err, "error[K001]: cannot read 'nope': No such file or directory\n"));
    BOOST_TEST(contains(result.err, "kahn: 1 error in nope (explain a code: kahn explain K001)\n"));
    BOOST_TEST(!std::filesystem::exists(directory / "it-ran"));
}

BOOST_AUTO_TEST_CASE(the_plain_name_of_a_matrix_job_means_all_of_its_jobs) {
    const TemporaryDirectory directory;
    directory.write("ci.yaml",
                    "name: p\nstages:\n  - name: build\n    jobs: [{name: app, commands: ['true']}]\n  - name: test\n    dependencies: [build]\n    jobs:\n"
                    "      - {name: unit, matrix: {OS: [a, b]}, commands: ['echo on $OS']}\n      - {name: lint, commands: ['true']}\n");
    const auto run = [&](std::vector<std::string> arguments) { return kahn(std::move(arguments)).in(directory.path()).run(); };
    for (const char* const name : {"unit", "test.unit"}) {
        const ProgramResult result = run({"run", "ci.yaml", "--job", name});
        BOOST_TEST(result.exit_code == 0);
        BOOST_TEST(contains(result.err, "3 ok"));
        BOOST_TEST(!contains(result.err, "lint"));
    }
    BOOST_TEST(contains(run({"run", "ci.yaml", "--job", "unit (b)"}).err, "2 ok"));
    BOOST_TEST(run({"run", "ci.yaml", "--job", "uni"}).exit_code == 2);

    BOOST_TEST(run({"run", "ci.yaml"}).exit_code == 0);
    const ProgramResult logs = run({"logs", "last", "unit"});
    BOOST_TEST(logs.out == "==> test.unit (a) (attempt 1) <==\non a\n==> test.unit (b) (attempt 1) <==\non b\n");
    BOOST_TEST(run({"logs", "last", "unit (a)"}).out == "on a\n");
    const ProgramResult none_has_it = run({"logs", "last", "unit", "--attempt", "2"});
    BOOST_TEST(none_has_it.exit_code == 2);
    BOOST_TEST(contains(none_has_it.err, "--attempt 2: job 'unit' had 1\n"));
    const ProgramResult again = run({"rerun", "last", "--job", "unit"});
    BOOST_TEST(again.exit_code == 0);
    BOOST_TEST(contains(again.err, "runs: test.unit (a): asked for\n"));
    BOOST_TEST(contains(again.err, "runs: test.unit (b): asked for\n"));
    BOOST_TEST(!contains(again.err, "runs: build.app"));
}

BOOST_AUTO_TEST_CASE(a_command_of_a_command_is_treated_as_one) {
    check_wrong({"remote"}, "one of these commands is required: trigger, status, ");
    check_wrong({"remote", "trigge"}, "unknown command 'trigge'. Did you mean 'trigger'?\nsee: kahn remote --help\n");
    check_wrong({"remote", "trigger"}, "REPO is required\nsee: kahn remote trigger --help\n");
    check_wrong({"remote", "wait", "a/b", "1", "--timeot", "5"}, "Did you mean '--timeout'?\nsee: kahn remote wait --help\n");
    for (const char* const id : {"x", "0", "-1", "1.5", "99999999999999999999"}) {
        check_wrong({"remote", "status", "a/b", id}, "RUN: wants a whole number from 1, not '" + std::string(id) + "'\n");
    }
    check_wrong({"remote", "runs", "a/b", "--limit", "1001"}, "--limit: wants a whole number from 1 to 1000, not '1001'\n");
}

BOOST_AUTO_TEST_CASE(values_that_cannot_be_are_refused_before_anything_runs) {
    for (const char* const number : {"x", "1.5", "1e3", "0x10", "99999999999999999999", "", "4 ", "+4"}) {
        check_wrong({"run", "ci.yaml", "-j", number}, "-j");
    }
    check_wrong({"run", "ci.yaml", "-j", "-1"}, "-");
    check_wrong({"run", "ci.yaml", "--var", "novalue"}, "--var wants NAME=value, not 'novalue'");
    check_wrong({"run", "ci.yaml", "--var", "1A=x"}, "--var '1A'");
    check_wrong({"run", "ci.yaml", "--schedule", "levls"}, "--schedule knows live, levels, not 'levls'. Did you mean 'levels'?");
    check_wrong({"run", "ci.yaml", "--json=quite"}, "--json knows quiet, not 'quite'. Did you mean 'quiet'?");
    check_wrong({"run", "ci.yaml", "--event", "pusch"}, "Did you mean 'push'?");
    check_wrong({"run", "ci.yaml", "--grace", "soon"}, "--grace 'soon'");
    check_wrong({"run", "ci.yaml", "--grace", "-1"}, "-");
    check_wrong({"run", "ci.yaml", "--require-containment", "cgroup1"}, "Did you mean 'cgroup2'?");
    check_wrong({"run", "ci.yaml", "-C", "nowhere"}, "-C nowhere: No such file or directory");
    check_wrong({"run", "ci.yaml", "--json", "--dry-run"}, "--dry-run");
    check_wrong({"graph", "ci.yaml", "--format", "svg"}, "--format knows mermaid, dot, json, not 'svg'");
    check_wrong({"validate", "ci.yaml", "--format", "jsn"}, "Did you mean 'json'?");
    check_wrong({"plan", "ci.yaml", "-j", "many"}, "-j");
}

BOOST_AUTO_TEST_CASE(a_stage_or_job_that_is_not_there_is_answered_with_the_one_that_was_meant) {
    const TemporaryDirectory directory;
    directory.write("ci.yaml", "name: p\nstages:\n  - name: build\n    jobs: [{name: compile, commands: ['true']}]\n");
    const ProgramResult stage = kahn({"run", "ci.yaml", "--stage", "biuld"}).in(directory.path()).run();
    BOOST_TEST(stage.exit_code == 2);
    BOOST_TEST(contains(stage.err, "did you mean 'build'?"));
    const ProgramResult job = kahn({"run", "ci.yaml", "--job", "build.complie"}).in(directory.path()).run();
    BOOST_TEST(job.exit_code == 2);
    BOOST_TEST(contains(job.err, "did you mean 'build.compile'?"));
}

BOOST_AUTO_TEST_CASE(without_arguments_the_help_goes_to_standard_error) {
    const ProgramResult result = kahn({}).run();
    BOOST_TEST(result.exit_code == 2);
    BOOST_TEST(result.out == "");
    BOOST_TEST(contains(result.err, "Examples:\n"));
}

BOOST_AUTO_TEST_CASE(help_and_version_go_to_standard_output) {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--help"}, {"-h"}, {"help"}, {"help", "run"}, {"run", "--help"}, {"validate", "-h"}, {"help", "doctor"}}) {
        const ProgramResult result = kahn(arguments).run();
        BOOST_TEST(result.exit_code == 0);
        BOOST_TEST(result.err == "");
        BOOST_TEST(result.out.size() > 200U);
        BOOST_TEST(result.out.ends_with('\n'));
    }
    BOOST_TEST(contains(kahn({"help", "run"}).run().out, "--fail-fast"));
    BOOST_TEST(kahn({"help", "run"}).run().out == kahn({"run", "--help"}).run().out);
    BOOST_TEST(kahn({"--version"}).run().out == kahn({"version"}).run().out);
    BOOST_TEST(kahn({"version"}).run().out.starts_with("kahn "));
}

BOOST_AUTO_TEST_CASE(a_name_from_the_command_line_cannot_steer_the_terminal) {
    BOOST_TEST(!contains(kahn({"\x1B[2J"}).run().err, "\x1B"));
    BOOST_TEST(!contains(kahn({"validate", "\x1B[2J"}).run().err, "\x1B"));
    BOOST_TEST(!contains(kahn({"run", "x", "--\x1B[2J"}).run().err, "\x1B"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
