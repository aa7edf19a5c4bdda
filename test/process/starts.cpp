// What keeps an attempt from starting, and what does not.
#include "process/world.hpp"

#include "process/child_process.hpp"
#include "process/launcher.hpp"

#include <kahn/base/error.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <fstream>

namespace kahn::process::test {
namespace {

using namespace std::chrono_literals;

bool mentions(const std::vector<std::string>& lines, const std::string& text) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

/// This process in a cgroup v1 without room for another one.
class NoMoreProcesses {
public:
    NoMoreProcesses() : pids_("pids") {
        is_usable = pids_.is_usable() && pids_.set("cgroup.procs", std::to_string(::getpid())) && pids_.set("pids.max", "1");
        if (!is_usable) BOOST_TEST_MESSAGE("skipped: no cgroup v1 pids controller to be had");
    }
    ~NoMoreProcesses() { std::ofstream("/sys/fs/cgroup/pids/cgroup.procs") << ::getpid(); }
    void end() { pids_.set("pids.max", "max"); }
    bool is_usable = false;

private:
    OldCgroup pids_;
};

}  // namespace

BOOST_AUTO_TEST_SUITE(starts)

BOOST_AUTO_TEST_CASE(P22_a_start_without_room_for_a_process_is_retried) {
    World world(Containment::session);
    NoMoreProcesses limit;
    if (!limit.is_usable) return;
    const auto running = world.start(world.spec({hostile("exit 3")}));
    const auto start = std::chrono::steady_clock::now();
    while (since(start) < 500ms) world.loop.run_one_for(10ms);
    BOOST_TEST(!running->outcome.has_value());
    limit.end();
    const AttemptOutcome outcome = world.finish(running);
    BOOST_TEST(outcome.exit_code.value_or(-1) == 3);
    BOOST_TEST(mentions(outcome.warnings, "room for another process"));
}

BOOST_AUTO_TEST_CASE(P23_for_ever_it_fails_with_the_reason) {
    World world(Containment::session, [](ProcessOptions& options) { options.start_patience = 300ms; });
    NoMoreProcesses limit;
    if (!limit.is_usable) return;
    const AttemptOutcome outcome = world.run({hostile("exit 0")});
    BOOST_TEST((outcome.end == AttemptEnd::not_started));
    BOOST_TEST(outcome.message.find("Resource temporarily unavailable") != std::string::npos);

    const auto cancelled = world.start(world.spec({hostile("exit 0")}));  // waiting is no reason not to hear
    world.loop.restart();
    world.loop.poll();
    cancelled->cancel();
    BOOST_TEST((world.finish(cancelled).end == AttemptEnd::stopped));
}

BOOST_AUTO_TEST_CASE(P24_what_is_too_long_is_named_with_the_limit) {
    on_every_rung([](World& world) {
        const AttemptOutcome argument = world.run({"echo " + std::string(200'000, 'x')});
        BOOST_TEST((argument.end == AttemptEnd::not_started));
        BOOST_TEST(argument.message.find("131071") != std::string::npos);

        AttemptSpec one = world.spec({hostile("exit 0")});
        one.environment.push_back("LONG_ONE=" + std::string(200'000, 'x'));
        const AttemptOutcome variable = world.run(one);
        BOOST_TEST((variable.end == AttemptEnd::not_started));
        BOOST_TEST(variable.message.find("LONG_ONE") != std::string::npos);
        BOOST_TEST(variable.message.find("131071") != std::string::npos);

        AttemptSpec many = world.spec({hostile("exit 0")});
        for (int i = 0; i < 70; ++i) many.environment.push_back("V" + std::to_string(i) + "=" + std::string(100'000, 'x'));
        const AttemptOutcome all = world.run(many);
        BOOST_TEST((all.end == AttemptEnd::not_started));
        BOOST_TEST(all.message.find("in all") != std::string::npos);
    });
}

BOOST_AUTO_TEST_CASE(P25_a_job_killed_for_memory_says_so) {
    OldCgroup memory("memory");
    if (!memory.is_usable() || !memory.set("memory.limit_in_bytes", "33554432")) {
        BOOST_TEST_MESSAGE("skipped: no cgroup v1 memory controller to be had");
        return;
    }
    on_every_rung([&](World& world) {
        const AttemptOutcome outcome = world.run({memory.command("allocate 256")});
        BOOST_TEST((outcome.end == AttemptEnd::signaled));
        BOOST_TEST(describe(outcome) == "killed by SIGKILL (out of memory)");
    });
}

BOOST_AUTO_TEST_CASE(E02_E03_neither_TMPDIR_nor_HOME_is_needed) {
    on_every_rung([](World& world) {
        AttemptSpec spec = world.spec({"echo ${HOME-none} $TMPDIR"});
        spec.environment.push_back("TMPDIR=/not/there");
        BOOST_TEST(world.run(spec).output == "none /not/there\n");
    });
}

BOOST_AUTO_TEST_CASE(E05_where_cgroups_are_not_writable_the_next_rung_is_taken_and_said) {
    if (::getuid() != 0) {
        BOOST_TEST_MESSAGE("skipped: this user is like that anyway, and other cases show it");
        return;
    }
    Helper engine({KAHN_ENGINE_PROCESS, "cgroup2", "65534", "/", "KAHN_TEST=e05", "echo works"});
    engine.wait_for("ended exit 0");
    BOOST_TEST(engine.said().find("works\n") != std::string::npos);
    BOOST_TEST(engine.said().find("containment cgroup2") == std::string::npos);
    BOOST_TEST(engine.said().find("Permission denied") != std::string::npos, engine.said());
}

BOOST_AUTO_TEST_CASE(a_required_containment_that_is_not_to_be_had_is_refused) {
    ProcessOptions options;
    options.guard = "/not/there";
    options.strongest_containment = Containment::subreaper;
    options.require_containment = Containment::subreaper;
    try {
        (void)Supervisor::create(options, Logger());
        BOOST_FAIL("it was not refused");
    } catch (const Error& error) {
        BOOST_TEST((error.code() == Errc::containment_unavailable));
        BOOST_TEST(std::string(error.what()).find("kahn-guard") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(where_clone3_is_refused_clone_does_the_same) {
    for (const Launcher::Method method : {Launcher::Method::clone3, Launcher::Method::clone}) {
        Launcher launcher(method);
        LaunchRequest request;
        request.program = KAHN_HOSTILE;
        request.arguments = {"hostile", "exit", "7"};
        LaunchResult result = launcher.launch(request);
        BOOST_REQUIRE(result.started());
        ChildProcess child(result.pid, std::move(result.pidfd));
        BOOST_REQUIRE(comes_true([&] { return child.try_reap().has_value(); }));
        BOOST_TEST((child.try_reap()->end == ChildStatus::End::exited));
        BOOST_TEST(child.try_reap()->value == 7);

        request.program = "/not/there";
        const LaunchResult missing = launcher.launch(request);
        BOOST_TEST(!missing.started());
        BOOST_TEST((missing.stage == LaunchStage::exec));
        BOOST_TEST(missing.error == ENOENT);
        request.cgroup = 1;  // not a cgroup at all
        BOOST_TEST(!launcher.launch(request).started());
    }
    BOOST_TEST(children().empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::process::test
