// Attempts that stand still for a while, on every rung.
#include "process/cgroup.hpp"
#include "process/proc.hpp"
#include "process/stopped_processes.hpp"
#include "process/world.hpp"

#include <kahn/base/suspension.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace kahn::process::test {
namespace {

using namespace std::chrono_literals;

char state_of(int pid) {
    const std::string line = read_small_file(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/stat").c_str());
    const std::size_t name_end = line.rfind(')');
    return name_end == std::string::npos ? '-' : line.at(name_end + 2);
}

/// Stopped by a signal, or in a cgroup that is frozen.
bool stands_still(int pid) {
    if (state_of(pid) == 'T') return true;
    const CgroupPlace place = find_own_cgroup(read_small_file(AT_FDCWD, "/proc/self/mountinfo"),
                                              read_small_file(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/cgroup").c_str()));
    if (place.directory.empty()) return false;
    return read_small_file(AT_FDCWD, (place.directory / "cgroup.events").c_str()).find("frozen 1") != std::string::npos;
}

bool all_stand_still(const std::vector<int>& pids) {
    return std::all_of(pids.begin(), pids.end(), stands_still);
}
bool none_stands_still(const std::vector<int>& pids) { return std::none_of(pids.begin(), pids.end(), stands_still); }

AttemptSpec with(const std::shared_ptr<Suspension>& suspension, AttemptSpec spec) {
    spec.suspension = suspension;
    return spec;
}

/// Processes as StoppedProcesses sees and signals them.
struct Table {
    void add(pid_t pid, std::uint64_t start_time, bool is_stopped = false) {
        ProcessInfo info;
        info.pid = pid;
        info.start_time = start_time;
        info.is_stopped = is_stopped;
        all.push_back(info);
    }
    std::optional<ProcessInfo> find(pid_t pid) const {
        const auto at = std::find_if(all.begin(), all.end(), [pid](const ProcessInfo& info) { return info.pid == pid; });
        return at == all.end() ? std::nullopt : std::optional(*at);
    }
    StoppedProcesses stopped() {
        return StoppedProcesses([this](pid_t pid, int signal) { sent.push_back((signal == SIGSTOP ? "stop " : "cont ") + std::to_string(pid)); },
                                [this](pid_t pid) { return find(pid); });
    }

    std::vector<ProcessInfo> all;
    std::vector<std::string> sent;
};

using Words = std::vector<std::string>;

}  // namespace

BOOST_AUTO_TEST_SUITE(suspension)

BOOST_AUTO_TEST_CASE(processes_are_stopped_and_go_on_in_the_reverse_order) {
    Table table;
    table.add(10, 1);
    table.add(11, 2);
    StoppedProcesses stopped = table.stopped();
    stopped.stop([&] { return table.all; });
    stopped.go_on();
    stopped.go_on();  // nothing is left to wake
    BOOST_TEST(table.sent == (Words{"stop 10", "stop 11", "cont 11", "cont 10"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(what_is_born_meanwhile_is_stopped_too) {
    Table table;
    table.add(10, 1);
    StoppedProcesses stopped = table.stopped();
    int looks = 0;
    stopped.stop([&] {
        if (++looks == 2) table.add(12, 3);
        return table.all;
    });
    BOOST_TEST(table.sent == (Words{"stop 10", "stop 12"}), boost::test_tools::per_element());
    BOOST_TEST(looks == 3);
}

BOOST_AUTO_TEST_CASE(what_a_look_missed_because_its_parent_ended_is_stopped_too) {
    Table table;
    StoppedProcesses stopped = table.stopped();
    int looks = 0;
    stopped.stop([&] {
        table.all.clear();
        ++looks;
        if (looks == 1) table.add(10, 1);
        if (looks >= 3) table.add(11, 2);  // the second was on its way when 10 had it and ended
        return table.all;
    });
    BOOST_TEST(table.sent == (Words{"stop 10", "stop 11"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_tree_that_never_stops_growing_is_given_up) {
    Table table;
    StoppedProcesses stopped = table.stopped();
    stopped.stop([&] {
        table.add(static_cast<pid_t>(table.all.size() + 1), 1);
        return table.all;
    });
    BOOST_TEST(table.sent.size() == 100u);
}

BOOST_AUTO_TEST_CASE(what_somebody_else_has_stopped_is_his) {
    Table table;
    table.add(10, 1, true);
    StoppedProcesses stopped = table.stopped();
    stopped.stop([&] { return table.all; });
    stopped.go_on();
    BOOST_TEST(table.sent.empty());
}

BOOST_AUTO_TEST_CASE(a_number_that_is_another_process_by_now_is_not_signalled) {
    Table table;
    table.add(10, 1);
    StoppedProcesses stopped = table.stopped();
    stopped.stop([&] { return table.all; });
    table.all.clear();
    table.add(10, 7);
    stopped.go_on();
    BOOST_TEST(table.sent == (Words{"stop 10"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(P16_a_whole_tree_stands_still_and_goes_on) {
    on_every_rung([](World& world) {
        const auto suspension = std::make_shared<Suspension>();
        // Without containment only what stays in its session can be found.
        const bool is_loose = world.rung == Containment::session;
        const std::string command = is_loose ? hostile("ignore-sigterm") + " & " + hostile("ignore-sigterm") : hostile("family");
        const auto running = world.start(with(suspension, world.spec({command})));
        world.run_until_said(running, is_loose ? "ready\nready\n" : "ready");
        const std::vector<int> pids = world.alive();
        BOOST_TEST(pids.size() >= 3u);
        BOOST_TEST(suspension->suspend());
        BOOST_TEST(comes_true([&] { return all_stand_still(pids); }));
        BOOST_TEST(suspension->resume());
        BOOST_TEST(comes_true([&] { return none_stands_still(pids); }));
        running->cancel();
        world.finish(running);
        BOOST_TEST(world.alive().empty());
    }, [](ProcessOptions& options) { options.grace = 10ms; });
}

BOOST_AUTO_TEST_CASE(P16_what_keeps_multiplying_stands_still) {
    on_every_rung([](World& world) {
        if (world.rung == Containment::session) return;  // it leaves its session all the time
        const auto suspension = std::make_shared<Suspension>();
        const auto running = world.start(with(suspension, world.spec({hostile("respawn 2")})));
        world.run_until_said(running, "ready");
        suspension->suspend();
        std::vector<int> pids;
        BOOST_TEST(comes_true([&] {
            pids = world.alive();
            return all_stand_still(pids) && world.alive() == pids;
        }));
        running->cancel();  // and so ends what stands still
        world.loop.poll();
        running->cancel();
        world.finish(running);
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P16_what_had_stopped_before_stays_stopped) {
    on_every_rung([](World& world) {
        const auto suspension = std::make_shared<Suspension>();
        const auto running = world.start(with(suspension, world.spec({hostile("stopped")})));
        world.run_until_said(running, "ready");
        const int pid = running->heard->pids.at(0);
        BOOST_REQUIRE(comes_true([&] { return state_of(pid) == 'T'; }));
        suspension->suspend();
        suspension->resume();
        BOOST_TEST(state_of(pid) == 'T');
        running->cancel();
        BOOST_TEST(world.finish(running).exit_code.value_or(-1) == 5);
    }, [](ProcessOptions& options) { options.grace = 30s; });
}

BOOST_AUTO_TEST_CASE(P16_no_command_starts_while_its_run_stands_still) {
    on_every_rung([](World& world) {
        const auto suspension = std::make_shared<Suspension>();
        suspension->suspend();
        const auto running = world.start(with(suspension, world.spec({hostile("print one"), hostile("print two")})));
        for (int i = 0; i < 100; ++i) world.loop.poll();
        BOOST_TEST(running->heard->pids.empty());
        BOOST_TEST(world.alive().empty());
        suspension->resume();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST(outcome.succeeded());
        BOOST_TEST(outcome.output == "onetwo");
    });
}

BOOST_AUTO_TEST_CASE(P16_a_grace_does_not_pass_meanwhile) {
    on_every_rung([](World& world) {
        const auto suspension = std::make_shared<Suspension>();
        const auto running = world.start(with(suspension, world.spec({hostile("ignore-sigterm")})));
        world.run_until_said(running, "ready");
        running->cancel();
        world.loop.poll();
        suspension->suspend();
        const auto since_then = std::chrono::steady_clock::now();
        world.run_until([&] { return since(since_then) > 800ms; });  // more than the grace
        BOOST_TEST(!running->outcome);
        BOOST_TEST(world.alive().size() == 1u);
        suspension->resume();
        BOOST_TEST(world.finish(running).signal == SIGKILL);
    }, [](ProcessOptions& options) { options.grace = 700ms; });
}

BOOST_AUTO_TEST_CASE(P16_what_stands_still_can_be_killed) {
    on_every_rung([](World& world) {
        const auto suspension = std::make_shared<Suspension>();
        const auto running = world.start(with(suspension, world.spec({hostile("ignore-sigterm")})));
        world.run_until_said(running, "ready");
        suspension->suspend();
        running->cancel();
        world.loop.poll();
        running->cancel();
        BOOST_TEST((world.finish(running).end == AttemptEnd::stopped));
        BOOST_TEST(world.alive().empty());
        suspension->resume();
    }, [](ProcessOptions& options) { options.grace = 40s; });
}

BOOST_AUTO_TEST_CASE(P16_what_was_left_behind_stands_still_too) {
    on_every_rung([](World& world) {
        const auto suspension = std::make_shared<Suspension>();
        AttemptSpec spec = with(suspension, world.spec({hostile("quiet-grandchild")}));
        spec.keeps_leftovers = true;
        BOOST_TEST(world.run(spec).succeeded());
        const std::vector<int> pids = world.alive();
        BOOST_TEST(pids.size() == 1u);
        suspension->suspend();
        BOOST_TEST(comes_true([&] { return all_stand_still(pids); }));
        suspension->resume();
        BOOST_TEST(comes_true([&] { return none_stands_still(pids); }));
        world.supervisor->kill_all(10s);
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::process::test
