#include "kahn_program.hpp"

#include "watch_filter.hpp"
#include "watch_policy.hpp"

#include <boost/test/unit_test.hpp>

#include <csignal>

namespace kahn::test {
namespace {

using app::WatchFilter;
using app::WatchPolicy;
using Action = WatchPolicy::Action;
using std::chrono::milliseconds;

const WatchPolicy::TimePoint start{std::chrono::hours{1}};

/// A run from its start to its end, during which these files change.
void run(WatchPolicy& policy, std::initializer_list<const char*> written = {}) {
    policy.run_started();
    for (const char* const path : written) policy.changed(path, start);
    policy.run_ended();
}

/// How often a text stands in another.
std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++found;
    return found;
}

struct WatchedProject {
    TemporaryDirectory directory;

    static std::vector<std::string> watching(std::vector<std::string> more = {}) {
        std::vector<std::string> words{"watch", "ci.yaml", "--debounce", "20ms"};
        words.insert(words.end(), more.begin(), more.end());
        return words;
    }
    static bool waits(Program& program, std::size_t times) {
        return program.read_until([times](const Program& p) { return count(p.err(), "waiting for a change") >= times; });
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(watching)

BOOST_AUTO_TEST_CASE(a_run_begins_once_nothing_has_changed_for_a_while) {
    WatchPolicy policy(milliseconds{100}, WatchPolicy::OnChange::queue);
    run(policy);
    BOOST_TEST(!policy.deadline().has_value());
    policy.changed("a", start);
    policy.changed("b", start + milliseconds{50});
    BOOST_CHECK(policy.next(start + milliseconds{149}) == Action::none);
    BOOST_CHECK(policy.deadline() == start + milliseconds{150});
    BOOST_CHECK(policy.next(start + milliseconds{150}) == Action::start);
    BOOST_TEST(policy.last_change() == "b");
}

BOOST_AUTO_TEST_CASE(changes_during_a_run_mean_one_more_run) {
    WatchPolicy policy(milliseconds{0}, WatchPolicy::OnChange::queue);
    policy.run_started();
    policy.changed("a", start);
    policy.changed("b", start);
    BOOST_CHECK(policy.next(start) == Action::none);
    policy.run_ended();
    BOOST_CHECK(policy.next(start) == Action::start);
    run(policy);
    BOOST_CHECK(policy.next(start) == Action::none);
}

BOOST_AUTO_TEST_CASE(a_restart_ends_the_run_once_and_begins_the_next) {
    WatchPolicy policy(milliseconds{0}, WatchPolicy::OnChange::restart);
    policy.run_started();
    policy.changed("a", start);
    BOOST_CHECK(policy.next(start) == Action::stop);
    policy.changed("b", start);
    BOOST_CHECK(policy.next(start) == Action::none);
    policy.run_ended();
    BOOST_CHECK(policy.next(start) == Action::start);
    policy.run_started();
    policy.changed("a", start);
    BOOST_CHECK(policy.next(start) == Action::none);  // it may be the run's own: queued
    policy.changed("c", start);
    BOOST_CHECK(policy.next(start) == Action::stop);
}

BOOST_AUTO_TEST_CASE(what_every_run_writes_does_not_start_runs_for_ever) {
    for (const auto mode : {WatchPolicy::OnChange::queue, WatchPolicy::OnChange::restart}) {
        WatchPolicy policy(milliseconds{0}, mode);
        int runs = 0;
        auto action = Action::start;
        while (action == Action::start && runs < 100) {
            ++runs;
            policy.run_started();
            policy.changed("log", start);
            policy.next(start);
            policy.run_ended();
            action = policy.next(start);
        }
        BOOST_TEST(runs < 6);
        policy.changed("source", start);
        BOOST_CHECK(policy.next(start) == Action::start);
        policy.run_started();
        BOOST_TEST(policy.changed("log", start));  // from here on it counts again
    }
}

BOOST_AUTO_TEST_CASE(only_what_is_asked_for_and_not_ignored_counts) {
    const WatchFilter any({}, {"docs", "**/*.log"});
    for (const char* const path : {"a", "src/a.cpp", "src/build/a", "builder"}) BOOST_TEST(any.counts(path), path);
    for (const char* const path : {"docs/a/b", "x/y.log", ".git/HEAD", "sub/.git/x", ".kahn/runs/1", "build/a/b", "build-x/a", "a~", "src/.a.swp", "a/node_modules/b/c"}) {
        BOOST_TEST(!any.counts(path), path);
    }
    BOOST_TEST(any.ignores_folder("build"));
    BOOST_TEST(!any.ignores_folder("src"));
    const WatchFilter some({"src/**", "*.txt"}, {});
    BOOST_TEST(some.counts("src/a/b"));
    BOOST_TEST(some.counts("a.txt"));
    BOOST_TEST(!some.counts("test/a.txt"));
}

BOOST_FIXTURE_TEST_CASE(files_new_folders_and_the_pipeline_itself_start_runs, WatchedProject) {
    directory.write("ci.yaml", pipeline_of("cat in"));
    directory.write("in", "first\n");
    Program program = kahn(watching());
    program.in(directory.path()).start();
    BOOST_REQUIRE(waits(program, 1));
    BOOST_TEST(contains(program.err(), "first"));
    directory.write("in", "second\n");
    BOOST_REQUIRE(waits(program, 2));
    BOOST_TEST(contains(program.err(), "in changed: running again"));
    std::filesystem::create_directories(directory.path() / "a" / "b");
    directory.write("a/b/c", "x");
    BOOST_REQUIRE(waits(program, 3));
    directory.write("ci.yaml", "name: [\n");
    BOOST_REQUIRE(program.read_until([](const Program& p) { return contains(p.err(), "waiting for a change; exit status 3"); }));
    BOOST_TEST(contains(program.err(), "error[K003]"));
    program.send(SIGINT);
    BOOST_TEST(program.finish().exit_code == 130);
}

BOOST_FIXTURE_TEST_CASE(a_run_that_writes_what_is_watched_comes_to_rest, WatchedProject) {
    directory.write("ci.yaml", pipeline_of("echo x >> log"));
    Program program = kahn(watching());
    program.in(directory.path()).start();
    BOOST_REQUIRE(program.read_until([](const Program& p) { return contains(p.err(), "log: written by the run itself"); }));
    BOOST_REQUIRE(waits(program, 1));
    program.send(SIGTERM);
    BOOST_TEST(program.finish().exit_code == 143);
    BOOST_TEST(directory.read("log") == "x\nx\nx\n");
}

BOOST_FIXTURE_TEST_CASE(a_change_restarts_a_run_if_that_is_wanted, WatchedProject) {
    directory.write("ci.yaml", pipeline_of("\"read -r word < in; echo got $word; test $word = go || tail -f /dev/null\""));
    directory.write("in", "stay\n");
    Program program = kahn(watching({"--on-change", "restart", "--path", "in"}));
    program.in(directory.path()).start();
    BOOST_REQUIRE(program.read_until([](const Program& p) { return contains(p.err(), "got stay"); }));
    directory.write("in", "go\n");
    BOOST_REQUIRE(waits(program, 1));
    BOOST_TEST(contains(program.err(), "in changed: ending this run"));
    BOOST_TEST(contains(program.err(), "got go"));
    program.send(SIGINT);
    BOOST_TEST(program.finish().exit_code == 130);
}

BOOST_FIXTURE_TEST_CASE(wrong_usage_is_said_at_once, WatchedProject) {
    directory.write("ci.yaml", pipeline_of("true"));
    BOOST_TEST(kahn(watching({"--on-change", "later"})).in(directory.path()).run().exit_code == 2);
    BOOST_TEST(kahn(watching({"--", "--no-such-option"})).in(directory.path()).run().exit_code == 2);
    BOOST_TEST(kahn({"watch", "-"}).run().exit_code == 2);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
