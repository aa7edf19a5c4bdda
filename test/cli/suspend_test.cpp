// Ctrl-Z and fg, as a shell does them.
#include "cli/on_terminal.hpp"

#include "process/cgroup.hpp"
#include "process/proc.hpp"

#include <boost/test/unit_test.hpp>

#include <fcntl.h>

#include <algorithm>
#include <fstream>

namespace kahn::test {
namespace {

using Parent = OnTerminal::Parent;
using namespace std::chrono_literals;

std::string of_proc(pid_t pid, const char* file) {
    return process::read_small_file(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/" + file).c_str());
}

bool is_stopped(pid_t pid) {
    const auto info = process::process_info(pid);
    return info && info->is_stopped;
}

/// Stopped by a signal, or in a cgroup that is frozen.
bool stands_still(pid_t pid) {
    if (is_stopped(pid)) return true;
    const auto place = process::find_own_cgroup(process::read_small_file(AT_FDCWD, "/proc/self/mountinfo"), of_proc(pid, "cgroup"));
    if (place.directory.empty()) return false;
    return contains(process::read_small_file(AT_FDCWD, (place.directory / "cgroup.events").c_str()), "frozen 1");
}

template <class Condition>
bool comes_true(Condition condition) {
    const auto deadline = std::chrono::steady_clock::now() + 30s;
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        ::poll(nullptr, 0, 5);
    }
    return true;
}

/// A job that names its process, and then waits until the test says go.
struct Suspended : Waiting {
    void write(const std::string& timeout) {
        directory.write("ci.yaml", pipeline_of("'echo $$ > pid; echo saying; read x < go; exit $x'") + "        timeout: " + timeout + "\n");
    }
    pid_t job() const {
        pid_t pid = -1;
        std::ifstream(directory / "pid") >> pid;
        BOOST_REQUIRE(pid > 0);
        return pid;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(suspended_by_its_terminal, Suspended)

BOOST_AUTO_TEST_CASE(P16_ctrl_z_stops_the_jobs_and_their_timeouts_and_fg_lets_them_go_on) {
    write("3s");
    OnTerminal kahn(directory.path(), {"run", "ci.yaml"}, Parent::shell);
    BOOST_TEST_REQUIRE(kahn.shows("  saying\n"));
    BOOST_TEST_REQUIRE(kahn.shows("─ 0/1 · "));
    kahn.type('\x1A');
    const pid_t program = kahn.stopped();
    BOOST_TEST(is_stopped(program));
    BOOST_TEST(comes_true([&] { return stands_still(job()); }));
    BOOST_TEST(kahn.shows("SIGTSTP: stopped, and the jobs with it; fg (SIGCONT) goes on\n"));
    BOOST_TEST(!contains(kahn.screen.text(), "elapsed"));
    BOOST_TEST(kahn.screen.column() == 0U);

    kahn.resize(40, 12);
    ::poll(nullptr, 0, 3100);  // longer than the job's timeout
    BOOST_TEST(stands_still(job()));
    kahn.fg();
    BOOST_TEST(kahn.shows("kahn: goes on after 3."));
    BOOST_TEST(kahn.shows("\n ─────────────────────"));
    BOOST_TEST(comes_true([&] { return !stands_still(job()); }));

    kahn.type('\x1A');  // once more
    kahn.stopped();
    BOOST_TEST(comes_true([&] { return stands_still(job()); }));
    kahn.fg();
    go("0");
    BOOST_TEST_CONTEXT(kahn.screen.text()) {
        BOOST_TEST(kahn.finish() == 0);
        BOOST_TEST(!contains(kahn.screen.text(), "timeout"));
    }
}

BOOST_AUTO_TEST_CASE(P16_a_signal_that_came_while_it_was_stopped_ends_the_run_after_fg) {
    write("1m");
    OnTerminal kahn(directory.path(), {"run", "ci.yaml", "--log", "focus"}, Parent::shell);
    BOOST_TEST_REQUIRE(kahn.shows("j | saying\n"));
    kahn.type('\x1A');
    ::kill(kahn.stopped(), SIGINT);
    kahn.fg();
    BOOST_TEST(kahn.finish() == 130);
    BOOST_TEST(contains(kahn.screen.text(), "kahn: SIGINT: ending the run; once more: at once"));
    BOOST_TEST(comes_true([&] { return !process::process_info(job()); }));
}

BOOST_AUTO_TEST_CASE(P16_a_stopped_program_that_is_killed_leaves_nothing) {
    write("1m");
    OnTerminal kahn(directory.path(), {"run", "ci.yaml"}, Parent::shell);
    BOOST_TEST_REQUIRE(kahn.shows("  saying\n"));
    kahn.type('\x1A');
    ::kill(kahn.stopped(), SIGKILL);
    kahn.fg();
    BOOST_TEST(kahn.finish() == 128 + SIGKILL);
    BOOST_TEST(comes_true([&] { return !process::process_info(job()); }));
}

BOOST_AUTO_TEST_CASE(P16_where_nobody_could_say_fg_ctrl_z_does_not_stop_for_good) {
    write("1m");
    OnTerminal kahn(directory.path(), {"run", "ci.yaml"});
    BOOST_TEST_REQUIRE(kahn.shows("  saying\n"));
    kahn.type('\x1A');
    BOOST_TEST(kahn.shows("kahn: goes on after 0."));
    BOOST_TEST(comes_true([&] { return !stands_still(job()); }));
    go("0");
    BOOST_TEST(kahn.finish() == 0);
}

BOOST_AUTO_TEST_CASE(P16_ctrl_z_that_was_ignored_from_the_start_stays_so) {
    write("1m");
    OnTerminal kahn(directory.path(), {"run", "ci.yaml"}, Parent::nobody_and_ignoring_stops);
    BOOST_TEST_REQUIRE(kahn.shows("  saying\n"));
    kahn.type('\x1A');
    kahn.send(SIGUSR1);
    BOOST_TEST(kahn.shows("  | saying\n"));
    BOOST_TEST(!contains(kahn.screen.text(), "SIGTSTP"));
    go("0");
    BOOST_TEST(kahn.finish() == 0);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
