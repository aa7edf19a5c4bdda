// How attempts end: exit codes, signals, what cannot be started.
#include "process/world.hpp"

#include <sys/stat.h>

#include <csignal>

#include <fstream>

namespace kahn::process::test {
namespace {

void write_file(const std::filesystem::path& path, const std::string& content, mode_t mode) {
    std::ofstream(path) << content;
    ::chmod(path.c_str(), mode);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(ends)

BOOST_AUTO_TEST_CASE(P01_exit_codes_are_recorded_exactly) {
    on_every_rung([](World& world) {
        for (const int code : {0, 1, 7, 126, 127, 255}) {
            const AttemptOutcome outcome = world.run({hostile("exit " + std::to_string(code))});
            BOOST_TEST((outcome.end == AttemptEnd::exited));
            BOOST_TEST(outcome.exit_code.value_or(-1) == code);
            BOOST_TEST(outcome.warnings.empty());
            BOOST_TEST((outcome.containment == world.rung));
            BOOST_TEST(world.run({"exit " + std::to_string(code)}).exit_code.value_or(-1) == code);
        }
    });
}

BOOST_AUTO_TEST_CASE(P02_a_signal_is_told_as_a_signal) {
    on_every_rung([](World& world) {
        const AttemptOutcome crashed = world.run({hostile("signal 11")});
        BOOST_TEST((crashed.end == AttemptEnd::signaled));
        BOOST_TEST(describe(crashed) == "signal 11 (SIGSEGV)");
        BOOST_TEST(describe(world.run({hostile("signal 13")})) == "signal 13 (SIGPIPE)");

        const auto running = world.start(world.spec({hostile("wait")}));
        world.run_until_said(running, "ready");
        ::kill(running->heard->pids.at(0), SIGKILL);
        const AttemptOutcome killed = world.finish(running);
        BOOST_TEST((killed.end == AttemptEnd::signaled));
        BOOST_TEST(killed.signal == SIGKILL);
        BOOST_TEST(killed.message == "");
    });
}

BOOST_AUTO_TEST_CASE(P02_a_shell_that_exits_139_stays_an_exit_code_with_a_note) {
    World world(Containment::session);
    const AttemptOutcome outcome = world.run({hostile("signal 11") + "; exit $?"});
    BOOST_TEST((outcome.end == AttemptEnd::exited));
    BOOST_TEST(outcome.exit_code.value_or(-1) == 139);
    BOOST_TEST(outcome.message.find("SIGSEGV") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(P03_what_cannot_be_started_is_told_with_path_and_reason) {
    on_every_rung([](World& world) {
        const AttemptOutcome missing = world.run({"./not-there x"});
        BOOST_TEST((missing.end == AttemptEnd::exited));
        BOOST_TEST(missing.exit_code.value_or(-1) == 127);
        BOOST_TEST(missing.message == "./not-there: No such file or directory");
        BOOST_TEST(world.run({"not-a-program-anywhere"}).message == "not-a-program-anywhere: not found in PATH");

        write_file(world.file("plain"), "text", 0644);
        const AttemptOutcome forbidden = world.run({"./plain"});
        BOOST_TEST(forbidden.exit_code.value_or(-1) == 126);
        BOOST_TEST(forbidden.message == "./plain: Permission denied");

        write_file(world.file("no-interpreter"), "#!/not/there\n", 0755);
        const AttemptOutcome interpreter = world.run({"./no-interpreter"});
        BOOST_TEST(interpreter.exit_code.value_or(-1) == 127);
        BOOST_TEST(interpreter.message == "./no-interpreter: No such file or directory");

        write_file(world.file("script"), "echo from a script $1; exit 4\n", 0755);  // ENOEXEC
        const AttemptOutcome script = world.run({"./script word"});
        BOOST_TEST(script.exit_code.value_or(-1) == 4);
        BOOST_TEST(script.output == "from a script word\n");

        AttemptSpec nowhere = world.spec({hostile("exit 0")});
        nowhere.working_directory = world.file("plain");
        const AttemptOutcome outcome = world.run(nowhere);
        BOOST_TEST((outcome.end == AttemptEnd::not_started));
        BOOST_TEST(outcome.message == "working directory '" + world.file("plain").string() + "': Not a directory");
    });
}

BOOST_AUTO_TEST_CASE(P03_a_thousand_failed_starts_leave_no_zombie) {
    World world(Containment::session);
    write_file(world.file("no-interpreter"), "#!/not/there\n", 0755);
    for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(world.run({"./no-interpreter"}).exit_code.value_or(-1) == 127);
}

BOOST_AUTO_TEST_CASE(commands_run_in_order_until_one_fails) {
    on_every_rung([](World& world) {
        const auto running = world.start(world.spec({"echo one", hostile("print two"), "exit 3", "echo never"}));
        const AttemptOutcome outcome = world.finish(running);
        BOOST_TEST(outcome.output == "one\ntwo");
        BOOST_TEST(outcome.exit_code.value_or(-1) == 3);
        BOOST_TEST(outcome.command == 2u);
        BOOST_TEST(running->heard->pids.size() == 3u);
        BOOST_TEST(world.content("log") == "one\ntwo");
    });
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::process::test
