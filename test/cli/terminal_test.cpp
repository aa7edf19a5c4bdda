#include "cli/on_terminal.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

#include <csignal>
#include <fstream>

namespace kahn::test {

BOOST_FIXTURE_TEST_SUITE(on_a_terminal, Waiting)

BOOST_AUTO_TEST_CASE(a_run_is_watched_resized_asked_about_and_summed_up) {
    OnTerminal kahn(directory.path(), {"run", "ci.yaml"});
    BOOST_TEST_REQUIRE(kahn.shows("  saying\n"));
    BOOST_TEST(kahn.shows("─ 0/1 · "));
    kahn.resize(40, 12);
    BOOST_TEST(kahn.shows("\n ─────────────────────"));
    kahn.send(SIGUSR1);
    BOOST_TEST(kahn.shows("  | colour=1\n  | saying\n"));
    go("3");
    BOOST_TEST(kahn.finish() == 1);
    const std::string screen = kahn.screen.text();
    BOOST_TEST(contains(screen, "✗ j  failed: exit 3"));
    BOOST_TEST(contains(screen, "   │ saying\n"));
    BOOST_TEST(contains(screen, "   next: kahn rerun "));
    BOOST_TEST(!contains(screen, "elapsed"));
    BOOST_TEST(kahn.screen.column() == 0U);
}

BOOST_AUTO_TEST_CASE(P14_ctrl_c_ends_a_run_and_its_summary_is_still_shown) {
    OnTerminal kahn(directory.path(), {"run", "ci.yaml"});
    BOOST_TEST_REQUIRE(kahn.shows("  saying\n"));
    kahn.type('\x03');
    BOOST_TEST(kahn.finish() == 130);
    BOOST_TEST(contains(kahn.screen.text(), "SIGINT: ending the run; once more: at once"));
    BOOST_TEST(contains(kahn.screen.text(), "⊘ p   cancelled after "));
    BOOST_TEST(!contains(kahn.screen.text(), "elapsed"));
}

BOOST_AUTO_TEST_CASE(the_plain_view_can_be_had_there_too) {
    OnTerminal kahn(directory.path(), {"run", "ci.yaml", "--log", "prefix", "--color", "never"});
    BOOST_TEST_REQUIRE(kahn.shows("j | saying\n"));
    BOOST_TEST(contains(kahn.screen.text(), "j | colour=\n"));
    go("0");
    BOOST_TEST(kahn.finish() == 0);
    BOOST_TEST(contains(kahn.screen.text(), "kahn: ok in "));
}

BOOST_AUTO_TEST_CASE(a_live_view_needs_a_terminal) {
    const ProgramResult result = kahn({"run", "ci.yaml", "--log", "live"}).in(directory.path()).run();
    BOOST_TEST(result.exit_code == 2);
    BOOST_TEST(contains(result.err, "--log live needs standard error to be a terminal"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(log_modes)

BOOST_AUTO_TEST_CASE(L14_a_reader_that_goes_away_changes_nothing_for_the_run) {
    TemporaryDirectory directory;
    BOOST_REQUIRE(::mkfifo((directory / "go").c_str(), 0600) == 0);
    directory.write("ci.yaml", pipeline_of("'echo first; read x < go; seq 20000; touch through'"));
    Program run = kahn({"run", "ci.yaml", "--json"});
    run.in(directory.path()).start();
    BOOST_REQUIRE(run.read_until([](const Program& p) { return contains(p.out(), "first"); }));
    run.close_out();
    std::ofstream(directory / "go") << "go\n";
    BOOST_TEST(run.finish().exit_code == 0);
    BOOST_TEST(std::filesystem::exists(directory / "through"));
}

BOOST_AUTO_TEST_CASE(what_jobs_print_is_grouped_prefixed_or_left_out) {
    TemporaryDirectory directory;
    directory.write("ci.yaml", pipeline_of("'echo word; exit 1'"));
    const auto shown = [&](const std::string& mode) { return kahn({"run", "ci.yaml", "--log", mode}).in(directory.path()).run().err; };
    const std::string group = shown("group");
    BOOST_TEST(contains(group, "FAIL   j"));
    BOOST_TEST(group.find("j | word\n") > group.find("FAIL   j"));
    const std::string prefix = shown("prefix");
    BOOST_TEST(prefix.find("j | word\n") < prefix.find("FAIL   j"));
    const std::string none = shown("none");
    BOOST_TEST(!contains(none, "j | word"));
    BOOST_TEST(contains(none, "  | word\n"));  // the end repeats what matters
    BOOST_TEST(contains(shown("sideways"), "--log"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
