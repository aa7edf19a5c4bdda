#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

#include <regex>

namespace kahn::test {
namespace {

struct Project {
    Project() { directory.write("ci.yaml", pipeline_of("'echo \"::set-output name=x::$KAHN_JOB\"; exit 1'")); }

    TemporaryDirectory directory;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(in_ci, Project)

BOOST_AUTO_TEST_CASE(github_is_told_by_groups_annotations_and_a_summary) {
    directory.write("summary.md", "mine\n");
    const ProgramResult result = kahn({"run", "ci.yaml"}).in(directory.path()).with("GITHUB_ACTIONS", "true").with("GITHUB_WORKSPACE", directory.path().parent_path())
                                     .with("GITHUB_STEP_SUMMARY", directory / "summary.md").run();
    BOOST_TEST(result.exit_code == 1);
    std::smatch found;
    const std::regex group("::group::[^\n]*\n::stop-commands::([0-9a-f]{32})\n::set-output name=x::j\n::([0-9a-f]{32})::\n::endgroup::\n");
    BOOST_TEST_REQUIRE(std::regex_search(result.err, found, group));
    BOOST_TEST(found[1].str() == found[2].str());
    BOOST_TEST(contains(result.err, "::error file=" + directory.path().filename().native() + "/ci.yaml,line=5,col=9,title=j::failed: exit 1 after "));
    const std::string summary = directory.read("summary.md");
    BOOST_TEST(summary.starts_with("mine\n### ✗ p: failed in "));
    BOOST_TEST(contains(summary, "| j | ✗ failed | "));
}

BOOST_AUTO_TEST_CASE(a_summary_that_cannot_be_written_is_said_and_changes_nothing) {
    directory.write("full.md", std::string(1U << 20U, 'x'));
    const auto shown = [&](const std::string& file) {
        const ProgramResult result = kahn({"run", "ci.yaml"}).in(directory.path()).with("GITHUB_ACTIONS", "true").with("NO_COLOR", "1").with("GITHUB_STEP_SUMMARY", file).run();
        BOOST_TEST(result.exit_code == 1);
        return result.err;
    };
    BOOST_TEST(contains(shown(directory / "no/such"), "no/such: No such file or directory\n"));
    BOOST_TEST(contains(shown(directory.path()), "warning: GITHUB_STEP_SUMMARY: "));
    BOOST_TEST(contains(shown("/dev/null"), "/dev/null: not a regular file\n"));
    BOOST_TEST(contains(shown(directory / "full.md"), "summary is full"));
    BOOST_TEST(std::filesystem::file_size(directory / "full.md") == 1U << 20U);
    BOOST_TEST(!contains(shown(""), "GITHUB_STEP_SUMMARY"));
}

BOOST_AUTO_TEST_CASE(the_others_are_known_as_well_and_an_option_has_the_last_word) {
    const auto shown = [&](const char* variable, std::vector<std::string> options) {
        std::vector<std::string> words{"run", "ci.yaml"};
        words.insert(words.end(), options.begin(), options.end());
        return kahn(std::move(words)).in(directory.path()).with(variable, "true").with("NO_COLOR", "1").run().err;
    };
    BOOST_TEST(contains(shown("GITLAB_CI", {}), "\x1B[0Ksection_start:"));
    BOOST_TEST(contains(shown("BUILDKITE", {}), "\n^^^ +++\n"));
    BOOST_TEST(contains(shown("GITLAB_CI", {"--ci", "buildkite"}), "\n^^^ +++\n"));
    BOOST_TEST(contains(shown("GITLAB_CI", {"--ci", "none"}), "\nj | ::set-output name=x::j\n"));
    BOOST_TEST(contains(shown("CI", {}), "\nj | ::set-output name=x::j\n"));
    BOOST_TEST(!contains(shown("BUILDKITE", {"--log", "none"}), "\n::set-output"));
}

BOOST_AUTO_TEST_CASE(an_unknown_service_is_refused) {
    const ProgramResult result = kahn({"run", "ci.yaml", "--ci", "githup"}).in(directory.path()).run();
    BOOST_TEST(result.exit_code == 2);
    BOOST_TEST(contains(result.err, "--ci knows auto, github, gitlab, buildkite, none, not 'githup'. Did you mean 'github'?"));
    BOOST_TEST(contains(kahn({"run", "ci.yaml", "--ci", "gitlab", "--log", "live"}).in(directory.path()).run().err, "exclude each other"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
