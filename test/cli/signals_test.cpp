#include "cli/kahn_program.hpp"

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

/// Waits until every one of `jobs` has said `ready`.
bool all_ready(Program& program, std::size_t jobs) {
    return program.read_until([jobs](const Program& p) {
        std::size_t seen = 0;
        for (auto at = p.out().find("ready\\n"); at != std::string::npos; at = p.out().find("ready\\n", at + 1)) ++seen;
        return seen >= jobs;
    });
}

/// A run of hostile children, told apart from everything else by a mark in their environment.
struct Interrupted {
    Interrupted() : mark(std::to_string(::getpid()) + "-" + directory.path().filename().string()) {}

    std::string entry() const { return "KAHN_TEST_MARK=" + mark; }

    void write_jobs(const std::vector<std::string>& behaviours, const std::string& more = {}) {
        std::string yaml = "name: p\nstages:\n  - name: s\n    jobs:\n";
        for (const std::string& behaviour : behaviours) {
            yaml += "      - {name: " + behaviour + ", commands: ['" KAHN_HOSTILE " " + behaviour + "']}\n";
        }
        directory.write("ci.yaml", yaml + more);
    }

    Program& started(std::vector<std::string> options, std::size_t jobs) {
        options.insert(options.begin(), {KAHN_PROGRAM, "run", "ci.yaml", "--json"});
        program.emplace(std::move(options));
        program->in(directory.path()).with("KAHN_TEST_MARK", mark).start();
        BOOST_REQUIRE(all_ready(*program, jobs));
        BOOST_REQUIRE(processes_with(entry()).size() > jobs);
        return *program;
    }

    TemporaryDirectory directory;
    std::string mark;
    std::optional<Program> program;
};

struct Case {
    int signal;
    int exit_code;
    const char* name;
};
std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

const std::vector<Case> cases{
    {SIGINT, 130, "SIGINT"}, {SIGTERM, 143, "SIGTERM"}, {SIGHUP, 129, "SIGHUP"}, {SIGQUIT, 131, "SIGQUIT"}};

}  // namespace

BOOST_AUTO_TEST_SUITE(signals)

BOOST_DATA_TEST_CASE_F(Interrupted, P15_one_signal_ends_the_run_gracefully, boost::unit_test::data::make(cases), c) {
    write_jobs({"polite"}, "  - name: later\n    dependencies: [s]\n    jobs: [{name: later, commands: ['touch it-ran']}]\n");
    Program& run = started({}, 1);
    run.send(c.signal);
    const ProgramResult result = run.finish();
    BOOST_TEST_CONTEXT(result.err) {
        BOOST_TEST(result.exit_code == c.exit_code);
        BOOST_TEST(contains(result.err, std::string("kahn: ") + c.name + ": ending the run; once more: at once\n"));
        BOOST_TEST(contains(result.err, "polite | terminated\n"));
        BOOST_TEST(contains(result.err, std::string("kahn: CANCELLED in ")));
        BOOST_TEST(contains(result.err, std::string("(cancelled: ") + c.name + ")"));
        BOOST_TEST(!std::filesystem::exists(directory / "it-ran"));
        const auto events = events_of(result.out);
        BOOST_TEST(events.back().at("status").as_string() == "cancelled");
        BOOST_TEST(events.back().at("exit_status").as_int64() == c.exit_code);
        BOOST_TEST(all_end(entry(), 30s));
    }
}

BOOST_FIXTURE_TEST_CASE(P14_after_one_interrupt_the_grace_ends_what_ignores_it, Interrupted) {
    write_jobs({"ignore-sigterm", "family", "stopped"});
    Program& run = started({"--grace", "300ms"}, 3);
    run.send(SIGINT);
    const ProgramResult result = run.finish();
    BOOST_TEST(result.exit_code == 130);
    BOOST_TEST(result.err.ends_with("0 ok, 3 cancelled\n"));
    BOOST_TEST(all_end(entry(), 30s));
}

BOOST_FIXTURE_TEST_CASE(P14_an_interrupt_without_a_grace_given_waits_less_than_usual, Interrupted) {
    write_jobs({"ignore-sigterm"});
    Program& run = started({}, 1);
    const auto sent = std::chrono::steady_clock::now();
    run.send(SIGINT);
    const ProgramResult result = run.finish();
    BOOST_TEST(result.exit_code == 130);
    const auto events = events_of(result.out);
    BOOST_TEST(of_type(events, "job_finished").at(0).at("duration_ms").as_int64() >= 4900);
    BOOST_TEST((std::chrono::steady_clock::now() - sent >= 4900ms));
    BOOST_TEST(all_end(entry(), 30s));
}

BOOST_FIXTURE_TEST_CASE(P14_two_interrupts_kill_at_once, Interrupted) {
    write_jobs({"ignore-sigterm", "family"});
    Program& run = started({"--grace", "10m"}, 2);
    run.send(SIGINT);
    BOOST_REQUIRE(run.read_until([](const Program& p) { return contains(p.err(), "once more: at once"); }));
    run.send(SIGINT);
    const ProgramResult result = run.finish();
    BOOST_TEST_CONTEXT(result.err << "signal " << result.signal << ", too slow: " << result.was_too_slow) {
        BOOST_TEST(result.exit_code == 130);
        BOOST_TEST(contains(result.err, "kahn: SIGINT: ending the run at once\n"));
        BOOST_TEST(result.err.ends_with("0 ok, 2 cancelled\n"));
        BOOST_TEST(all_end(entry(), 30s));
    }
}

BOOST_FIXTURE_TEST_CASE(P14_two_signals_in_one_instant_kill_at_once, Interrupted) {
    write_jobs({"ignore-sigterm", "family"});
    Program& run = started({"--grace", "10m"}, 2);
    run.send(SIGSTOP);  // both are there when it goes on
    run.send(SIGINT);
    run.send(SIGTERM);
    run.send(SIGCONT);
    const ProgramResult result = run.finish();
    BOOST_TEST_CONTEXT(result.err << "signal " << result.signal << ", too slow: " << result.was_too_slow) {
        BOOST_TEST((result.exit_code == 130 || result.exit_code == 143));
        BOOST_TEST(result.err.ends_with("0 ok, 2 cancelled\n"));
        BOOST_TEST(all_end(entry(), 30s));
    }
}

BOOST_FIXTURE_TEST_CASE(P14_three_interrupts_leave_the_rest_to_the_guard, Interrupted) {
    write_jobs({"ignore-sigterm", "family"});
    Program& run = started({"--grace", "10m"}, 2);
    run.send(SIGINT);
    BOOST_REQUIRE(run.read_until([](const Program& p) { return contains(p.err(), "once more: at once"); }));
    run.send(SIGINT);
    run.read_until([](const Program& p) { return contains(p.err(), "ending the run at once"); });
    run.send(SIGINT);
    const ProgramResult result = run.finish();
    BOOST_TEST((result.exit_code == 130 || result.signal == SIGINT));  // the second may have ended the run already
    BOOST_TEST(all_end(entry(), 30s));
}

BOOST_FIXTURE_TEST_CASE(P14_three_signals_of_any_kind_in_a_row_leave_nothing, Interrupted) {
    write_jobs({"ignore-sigterm", "family"});
    Program& run = started({"--grace", "10m"}, 2);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) run.send(signal);
    const int exit_code = run.finish().exit_code;
    BOOST_TEST((exit_code == 129 || exit_code == 130 || exit_code == 143));
    BOOST_TEST(all_end(entry(), 30s));
}

BOOST_FIXTURE_TEST_CASE(P12_nothing_outlives_a_program_that_was_killed, Interrupted) {
    write_jobs({"ignore-sigterm", "family", "stopped"});
    Program& run = started({}, 3);
    run.send(SIGKILL);
    BOOST_TEST(run.finish().signal == SIGKILL);
    BOOST_TEST(all_end(entry(), 30s));
}

BOOST_FIXTURE_TEST_CASE(always_stages_still_run_after_one_interrupt, Interrupted) {
    write_jobs({"polite"},
               "  - name: clean up\n    dependencies: [s]\n    conditions: {custom: always()}\n"
               "    jobs: [{name: clean up, commands: ['touch cleaned']}]\n");
    Program& run = started({}, 1);
    run.send(SIGINT);
    BOOST_TEST(run.finish().exit_code == 130);
    BOOST_TEST(std::filesystem::exists(directory / "cleaned"));
}

BOOST_FIXTURE_TEST_CASE(a_reader_that_does_not_read_cannot_keep_a_run_from_being_ended, Interrupted) {
    write_jobs({"spew 100000000"});
    Program run({KAHN_PROGRAM, "run", "ci.yaml", "--json"});
    run.in(directory.path()).with("KAHN_TEST_MARK", mark).start();
    BOOST_REQUIRE(run.read_until([](const Program& p) { return contains(p.out(), "job_output"); }));
    // Nothing is read from here on: the pipes fill up and stay full.
    run.send(SIGTERM);
    BOOST_TEST(all_end(entry(), 60s));
    BOOST_TEST(run.finish().exit_code == 143);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
