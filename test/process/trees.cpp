// What attempts leave behind, and how it is ended.
#include "process/world.hpp"

#include "process/proc.hpp"

#include <boost/asio/co_spawn.hpp>

#include <unistd.h>

#include <algorithm>
#include <csignal>

namespace kahn::process::test {
namespace {

using namespace std::chrono_literals;

bool mentions(const std::vector<std::string>& lines, const std::string& text) {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

/// Its guards and shims: what it started besides the jobs.
std::vector<int> guards_of(int engine) {
    std::vector<int> out;
    for (const ProcessInfo& info : all_processes()) {
        if (info.parent == engine && info.name == "kahn-guard") out.push_back(info.pid);
    }
    return out;
}

/// Whether processes of these numbers exist, zombies not counted.
bool is_any_alive(const std::vector<int>& pids) {
    return std::any_of(pids.begin(), pids.end(), [](int pid) {
        const auto info = process_info(pid);
        return info && !info->is_ending;
    });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(trees)

BOOST_AUTO_TEST_CASE(P04_a_background_child_that_holds_the_output_is_ended_with_a_warning) {
    on_every_rung([](World& world) {
        const auto start = std::chrono::steady_clock::now();
        const AttemptOutcome outcome = world.run({hostile("fork-grandchild")});
        BOOST_TEST(since(start).count() < 20'000);  // the child would stay for a minute
        BOOST_TEST(outcome.succeeded());
        BOOST_TEST(outcome.output == "ready\n");
        BOOST_TEST(outcome.leftovers.size() == 1u);
        BOOST_TEST(mentions(outcome.warnings, "left behind"));
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(what_may_stay_lives_until_the_supervisor_ends) {
    on_every_rung([](World& world) {
        AttemptSpec spec = world.spec({hostile("quiet-grandchild")});
        spec.keeps_leftovers = true;
        const AttemptOutcome outcome = world.run(spec);
        BOOST_TEST(outcome.succeeded());
        BOOST_TEST(mentions(outcome.warnings, "kept until kahn ends"));
        BOOST_TEST(outcome.leftovers.size() == 1u);
        BOOST_TEST(world.alive().size() == 1u);
        BOOST_TEST(world.run({hostile("exit 0")}).succeeded());  // others come and go
        BOOST_TEST(world.alive().size() == 1u);
        world.supervisor->kill_all(std::chrono::seconds(10));
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(a_failed_attempt_leaves_nothing_even_where_it_might) {
    on_every_rung([](World& world) {
        AttemptSpec spec = world.spec({hostile("quiet-grandchild"), hostile("exit 3")});
        spec.keeps_leftovers = true;
        const AttemptOutcome outcome = world.run(spec);
        BOOST_TEST(outcome.exit_code.value_or(-1) == 3);
        BOOST_TEST(mentions(outcome.warnings, "left behind and ended"));
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P05_one_in_a_session_of_its_own_is_ended_too) {
    on_every_rung([](World& world) {
        if (world.rung == Containment::session) return;  // see the case below
        const AttemptOutcome outcome = world.run({hostile("setsid-grandchild")});
        BOOST_TEST(outcome.succeeded());
        BOOST_TEST(outcome.leftovers.size() == 1u);
        BOOST_TEST(outcome.leftovers.at(0).name == "hostile");
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P05_without_containment_an_escape_is_at_least_told) {
    World world(Containment::session);
    const AttemptOutcome outcome = world.run({hostile("setsid-grandchild")});
    BOOST_TEST(outcome.succeeded());
    BOOST_TEST(mentions(outcome.warnings, "left its session"));
    for (const int pid : world.alive()) ::kill(pid, SIGKILL);
}

BOOST_AUTO_TEST_CASE(a_background_child_lives_until_the_last_command_has_ended) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("quiet-grandchild"), hostile("polite")}));
        world.run_until_said(running, "ready\nready\n");
        world.run_until([&] { return running->heard->pids.size() == 2; });
        BOOST_TEST(world.alive().size() == 2u);
        ::kill(running->heard->pids.at(1), SIGTERM);
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST(outcome.exit_code.value_or(-1) == 5);
        BOOST_TEST(outcome.leftovers.size() == 1u);
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P06_what_ignores_SIGTERM_is_killed_after_the_grace) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("ignore-sigterm")}));
        world.run_until_said(running, "ready");
        const auto start = std::chrono::steady_clock::now();
        running->cancel();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST(since(start).count() >= 500);
        BOOST_TEST((outcome.end == AttemptEnd::stopped));
        BOOST_TEST(outcome.signal == SIGKILL);
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P06_what_obeys_SIGTERM_has_its_last_words) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("polite"), "echo never"}));
        world.run_until_said(running, "ready");
        running->cancel();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST((outcome.end == AttemptEnd::stopped));
        BOOST_TEST(outcome.exit_code.value_or(-1) == 5);
        BOOST_TEST(outcome.output == "ready\nterminated\n");
    }, [](ProcessOptions& options) { options.grace = 30s; });
}

BOOST_AUTO_TEST_CASE(every_process_group_of_an_attempt_hears_SIGTERM) {
    on_every_rung([](World& world) {
        // Job control of the shell puts each of them into a group of its own; the shell itself waits for both.
        const std::string both = "trap '' TERM; set -m; " + hostile("polite") + " & " + hostile("polite") + " & wait; wait";
        const auto running = world.start(world.spec({both}));
        world.run_until_said(running, "ready\nready\n");
        running->cancel();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST((outcome.end == AttemptEnd::stopped));
        BOOST_TEST(outcome.output == "ready\nready\nterminated\nterminated\n");
        BOOST_TEST(world.alive().empty());
    }, [](ProcessOptions& options) { options.grace = 30s; });
}

BOOST_AUTO_TEST_CASE(a_stopped_process_is_woken_to_hear_SIGTERM) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("stopped")}));
        world.run_until_said(running, "ready");
        running->cancel();
        BOOST_TEST(world.finish(running).exit_code.value_or(-1) == 5);
    }, [](ProcessOptions& options) { options.grace = 30s; });
}

BOOST_AUTO_TEST_CASE(a_second_cancellation_kills_at_once) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("ignore-sigterm")}));
        world.run_until_said(running, "ready");
        running->cancel();
        world.loop.poll();
        running->cancel();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST((outcome.end == AttemptEnd::stopped));
        BOOST_TEST(outcome.signal == SIGKILL);
    }, [](ProcessOptions& options) { options.grace = 40s; });  // within the hang limit only if it is not waited for
}

BOOST_AUTO_TEST_CASE(a_command_that_had_ended_before_the_cancellation_keeps_its_result) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("fork-grandchild")}));  // ends, and leaves the pipes open
        world.run_until_said(running, "ready");
        BOOST_REQUIRE(comes_true([&] {  // the loop does not know yet
            const auto info = process_info(running->heard->pids.at(0));
            return !info || (info->is_ending && world.rung != Containment::subreaper);
        }));
        if (world.rung == Containment::subreaper) ::usleep(20'000);  // the shim has reaped it, and tells right after that
        running->cancel();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST((outcome.end == AttemptEnd::exited));
        BOOST_TEST(outcome.exit_code.value_or(-1) == 0);
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P08_two_thousand_daemons_are_ended) {
    on_every_rung([](World& world) {
        if (world.rung == Containment::session) return;  // they have all left it
        const auto running = world.start(world.spec({hostile("daemons 2000")}));
        world.run_until_said(running, "ready");
        BOOST_TEST(world.alive().size() == 2001u);
        running->cancel();
        BOOST_TEST((world.finish(running).end == AttemptEnd::stopped));
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P09_processes_that_respawn_themselves_are_ended) {
    on_every_rung([](World& world) {
        if (world.rung == Containment::session) return;
        const auto running = world.start(world.spec({hostile("respawn 8")}));
        world.run_until_said(running, "ready");
        running->cancel();
        BOOST_TEST((world.finish(running).end == AttemptEnd::stopped));
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P10_a_fork_bomb_in_a_limited_cgroup_is_ended_while_others_go_on) {
    OldCgroup pids("pids");
    if (!pids.is_usable() || !pids.set("pids.max", "40")) {
        BOOST_TEST_MESSAGE("skipped: no cgroup v1 pids controller to be had");
        return;
    }
    on_every_rung([&](World& world) {
        const auto bomb = world.start(world.spec({pids.command("fork-bomb")}));
        world.run_until_said(bomb, "ready");
        BOOST_TEST(world.run({hostile("exit 0")}).succeeded());
        bomb->cancel();
        BOOST_TEST((world.finish(bomb).end == AttemptEnd::stopped));
        BOOST_TEST(world.alive().empty());
    });
}

BOOST_AUTO_TEST_CASE(P11_a_process_that_cannot_be_reaped_is_named_and_the_engine_goes_on) {
    // Not quite state D, which nobody can provoke: a tracer that keeps the status to itself. To the engine it looks alike.
    on_every_rung([](World& world) {
        if (world.rung == Containment::subreaper) return;  // the shim is who waits there, and it may wait
        const auto running = world.start(world.spec({hostile("wait")}));
        world.run_until_said(running, "ready");
        const int pid = running->heard->pids.at(0);
        Helper tracer({KAHN_HOSTILE, "trace", std::to_string(pid)});
        tracer.wait_for("tracing");
        running->cancel();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST((outcome.end == AttemptEnd::unkillable));
        BOOST_TEST(outcome.message.find(std::to_string(pid)) != std::string::npos);
        BOOST_TEST(outcome.leftovers.size() == 1u);
        BOOST_TEST(world.run({hostile("exit 0")}).succeeded());
    });
}

BOOST_AUTO_TEST_CASE(P12_an_engine_killed_by_9_leaves_nothing_of_fifty_daemons) {
    for (const Containment rung : {Containment::cgroup2, Containment::subreaper}) {
        if (!can_do(rung)) continue;
        BOOST_TEST_CONTEXT("containment " << to_string(rung)) {
            const std::string marker = "KAHN_TEST=p12-" + std::to_string(::getpid()) + std::string(to_string(rung));
            Helper engine({KAHN_ENGINE_PROCESS, std::string(to_string(rung)), "0", "/tmp", marker, hostile("daemons 50")});
            engine.wait_for("ready");
            const std::vector<int> guards = guards_of(engine.pid());
            BOOST_TEST(guards.size() == 1u);
            BOOST_TEST(alive_with(marker).size() == 51u);
            engine.kill(SIGKILL);
            BOOST_TEST(comes_true([&] { return alive_with(marker).empty(); }));
            BOOST_TEST(comes_true([&] { return !is_any_alive(guards); }));
        }
    }
}

BOOST_AUTO_TEST_CASE(P13_nor_does_one_that_crashes) {
    for (const Containment rung : {Containment::cgroup2, Containment::subreaper, Containment::session}) {
        if (!can_do(rung)) continue;
        for (const int signal : {SIGSEGV, SIGABRT}) {
            BOOST_TEST_CONTEXT("containment " << to_string(rung) << ", signal " << signal) {
                const std::string marker = "KAHN_TEST=p13-" + std::to_string(::getpid()) + std::string(to_string(rung));
                // Without containment only what stays in its session can be found.
                const std::string what = rung == Containment::session ? "ignore-sigterm" : "family";
                Helper engine({KAHN_ENGINE_PROCESS, std::string(to_string(rung)), "0", "/tmp", marker, hostile(what)});
                engine.wait_for("ready");
                const std::vector<int> guards = guards_of(engine.pid());
                BOOST_TEST(guards.size() == 1u);
                engine.kill(signal);
                BOOST_TEST(comes_true([&] { return alive_with(marker).empty(); }));
                BOOST_TEST(comes_true([&] { return !is_any_alive(guards); }));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(P18_standard_input_is_at_its_end) {
    on_every_rung([](World& world) { BOOST_TEST(world.run({"cat; echo done"}).output == "done\n"); });
}

BOOST_AUTO_TEST_CASE(P19_a_cancelled_attempt_leaves_an_empty_tree) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({hostile("family")}));
        world.run_until_said(running, "ready");
        running->cancel();
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST((outcome.end == AttemptEnd::stopped));
        BOOST_TEST(outcome.leftovers.empty());  // they were told to go with the rest
        if (world.rung == Containment::session) {
            for (const int pid : world.alive()) ::kill(pid, SIGKILL);  // the two that left their session
        }
        BOOST_TEST(comes_true([&] { return world.alive().empty(); }));
    });
}

BOOST_AUTO_TEST_CASE(kill_all_ends_everything_and_nothing_starts_any_more) {
    on_every_rung([](World& world) {
        std::vector<std::shared_ptr<Running>> all;
        for (int i = 0; i < 20; ++i) all.push_back(world.start(world.spec({hostile("ignore-sigterm")})));
        for (const auto& running : all) world.run_until_said(running, "ready");
        world.supervisor->kill_all(10s);
        BOOST_TEST(world.alive().empty());  // before the loop has run again
        for (const auto& running : all) BOOST_TEST((world.finish(running).end == AttemptEnd::stopped));
        const auto late = world.start(world.spec({hostile("exit 0")}));
        BOOST_TEST((world.finish(late).end == AttemptEnd::stopped));
        BOOST_TEST(late->heard->pids.empty());
    });
}

BOOST_AUTO_TEST_CASE(a_loop_that_is_destroyed_takes_its_attempts_along) {
    for (const Containment rung : {Containment::cgroup2, Containment::subreaper, Containment::session}) {
        if (!can_do(rung)) continue;
        World world(rung);
        {
            boost::asio::io_context doomed;
            const auto heard = std::make_shared<Recorder>();
            for (int i = 0; i < 8; ++i) {
                boost::asio::co_spawn(doomed, run_attempt(world.supervisor, world.spec({hostile("ignore-sigterm")}), heard),
                                      [](std::exception_ptr, const AttemptOutcome&) {});
            }
            BOOST_REQUIRE(comes_true([&] {
                doomed.poll();
                return heard->pids.size() == 8;
            }));
        }
        BOOST_TEST(comes_true([&] { return world.alive().empty(); }));
    }
}

BOOST_AUTO_TEST_CASE(without_its_guard_an_engine_says_what_remains) {
    for (const Containment rung : {Containment::cgroup2, Containment::session}) {
        if (!can_do(rung)) continue;
        {
            World world(rung, [](ProcessOptions& options) { options.guard = "/not/there"; });
            BOOST_TEST(mentions(world.supervisor->containment().notes, "/not/there"));
            const AttemptOutcome outcome = world.run({hostile("exit 0")});
            BOOST_TEST(outcome.succeeded());
            BOOST_TEST(mentions(outcome.warnings, "there is no guard process"));
        }
        World world(rung);
        BOOST_TEST(world.run({hostile("exit 0")}).warnings.empty());
        for (const int guard : guards_of(::getpid())) ::kill(guard, SIGKILL);
        BOOST_REQUIRE(comes_true([] { return !is_any_alive(guards_of(::getpid())); }));
        BOOST_TEST(mentions(world.run({hostile("exit 0")}).warnings, "the guard process is gone"));
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::process::test
