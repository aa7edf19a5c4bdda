#include "support/state_sweeps.hpp"
#include "support/state_world.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

namespace kahn::test {
namespace {

void require_none(const std::vector<std::string>& wrong) {
    BOOST_TEST(wrong.empty());
    for (const std::string& what : wrong) BOOST_ERROR(what);
}

std::string newest_run(StateWorld& world) {
    const auto runs = events_of(world.kahn_in({"runs", "--json", "--limit", "1"}).run().out);
    return runs.empty() ? std::string() : std::string(runs[0].at("run").as_string());
}

/// A job that goes on until somebody writes to the pipe `gate`, and says that it has begun.
void write_gated_pipeline(StateWorld& world) {
    BOOST_TEST_REQUIRE(::mkfifo((world.directory / "gate").c_str(), 0600) == 0);
    world.directory.write("gated.yaml", pipeline_of("'echo begun; read line < gate; echo $line'"));
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(state, StateWorld)

BOOST_AUTO_TEST_CASE(D01_a_run_that_is_killed_at_any_time_is_continued_right) { require_none(kill_at_random(slowness == 1 ? 13 : 6, 42)); }

BOOST_AUTO_TEST_CASE(D02_killed_at_a_write_fsync_or_rename_it_is_continued_right) {
    require_none(sweep_of_kills(calls_that_write, 9 * slowness));
}

BOOST_AUTO_TEST_CASE(D04_killed_at_any_system_call_it_is_continued_right) {
    require_none(sweep_of_kills(all_calls, 61 * slowness));
}

BOOST_AUTO_TEST_CASE(D03_whatever_fails_there_is_a_clear_line_and_no_torn_file) {
    require_none(sweep_of_errors(calls_that_may_fail, 23 * slowness));
}

BOOST_AUTO_TEST_CASE(D06_the_second_engine_says_who_holds_the_run) {
    write_gated_pipeline(*this);
    auto first = kahn_in({"run", "gated.yaml"});
    first.start();
    BOOST_TEST_REQUIRE(first.read_until([](const Program& program) { return contains(program.err(), "begun"); }));
    const ProgramResult second = kahn_in({"rerun", "last"}).run();
    BOOST_TEST(second.exit_code == 4);
    BOOST_TEST(contains(second.err, "still goes on: process " + std::to_string(first.pid()) + " of "));
    const auto runs = events_of(kahn_in({"runs", "--json"}).run().out);
    BOOST_TEST_REQUIRE(runs.size() == 1U);
    BOOST_TEST(runs[0].at("status").as_string() == "running");
    std::ofstream(directory / "gate") << "go\n";
    BOOST_TEST(first.finish().exit_code == 0);
}

BOOST_AUTO_TEST_CASE(D07_a_workspace_that_cannot_be_made_is_74_and_one_line) {
    for (const char* workspace : {"/proc", "/dev/null"}) {
        const ProgramResult result = kahn_in({"run", "ci.yaml", "--workspace", workspace}).run();
        BOOST_TEST(result.exit_code == 74);
        BOOST_TEST(contains(result.err, "workspace unusable: cannot make " + std::string(workspace)));
        BOOST_TEST(ran().empty());
    }
}

BOOST_AUTO_TEST_CASE(D07_a_workspace_that_is_removed_meanwhile_is_74_and_the_jobs_go_on) {
    directory.write("ci.yaml", "name: p\nstages:\n  - name: s\n    parallel: false\n    jobs:\n"
                               "      - {name: a, commands: ['mv .kahn gone', 'rm -rf gone']}\n      - {name: b, commands: ['echo b >> ran']}\n");
    const ProgramResult result = kahn_in({"run", "ci.yaml"}).run();
    BOOST_TEST(result.exit_code == 74);
    BOOST_TEST(contains(result.err, "kahn: the run could not be recorded: "));
    BOOST_TEST(ran()["b"] == 1);
}

BOOST_AUTO_TEST_CASE(D07_a_disk_that_becomes_full_is_told_once_and_the_jobs_go_on) {
    BOOST_TEST_REQUIRE(kahn_in({"run", "ci.yaml"}).run().exit_code == 0);
    std::filesystem::remove(directory / "ran");
    // From the first on: the run has begun by then, nothing can be put on the disk any more. Standard error is spared by its own call.
    const ProgramResult result = run_with("fsync", "error=ENOSPC", 1, true);
    BOOST_TEST(result.exit_code == 74);
    BOOST_TEST(contains(result.err, "kahn: the run could not be recorded: cannot write '"));
    BOOST_TEST(contains(result.err, "No space left on device"));
    BOOST_TEST(ran().size() == 3U);
    BOOST_TEST(kahn_in({"runs"}).run().exit_code == 0);
    BOOST_TEST(kahn_in({"rerun", "last"}).run().exit_code == 0);
    BOOST_TEST(ran()["a"] == 1);
}

BOOST_AUTO_TEST_CASE(L15_a_full_disk_below_the_logs_does_not_stop_the_job) {
    directory.write("ci.yaml", "name: p\nstages:\n  - name: s\n    jobs:\n      - {name: j, commands: ['echo printed', 'echo j >> ran']}\n");
    BOOST_TEST_REQUIRE(kahn_in({"run", "ci.yaml"}).run().exit_code == 0);
    const ProgramResult result = run_with("pwrite64", "error=ENOSPC", 1, true);
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(contains(result.err, "is not complete: write: No space left on device"));
    BOOST_TEST(contains(result.err, "j | printed"));
    BOOST_TEST(ran()["j"] == 2);
    const auto runs = events_of(kahn_in({"runs", "--json"}).run().out);  // the index made up for what it could not write
    BOOST_TEST_REQUIRE(runs.size() == 2U);
    BOOST_TEST(runs[0].at("status").as_string() == "success");
}

BOOST_AUTO_TEST_CASE(S01_a_log_that_has_become_a_link_is_refused_in_words) {
    directory.write("ci.yaml", "name: p\nstages:\n  - name: s\n    jobs:\n      - {name: j, commands: ['echo printed']}\n      - {name: k, commands: ['echo of k']}\n");
    directory.write("elsewhere", "not to be read\n");
    BOOST_TEST_REQUIRE(kahn_in({"run", "ci.yaml"}).run().exit_code == 0);
    std::filesystem::path log;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / ".kahn" / "runs")) {
        if (entry.path().filename() == "s.j.1.log") log = entry.path();
    }
    BOOST_TEST_REQUIRE(std::filesystem::remove(log));
    std::filesystem::create_symlink(directory / "elsewhere", log);
    const ProgramResult result = kahn_in({"logs", "last"}).run();
    BOOST_TEST(result.exit_code == 74);
    BOOST_TEST(contains(result.err, log.filename().string() + "': it is a symbolic link"));
    BOOST_TEST(!contains(result.out, "not to be read"));
    BOOST_TEST(contains(result.out, "of k"));
}

BOOST_AUTO_TEST_CASE(S05_whatever_the_umask_the_workspace_is_for_its_owner_alone) {
    Program program({"/bin/sh", "-c", "umask 000; exec \"$0\" run ci.yaml", KAHN_PROGRAM});
    BOOST_TEST_REQUIRE(program.in(directory.path()).run().exit_code == 0);
    int seen = 0;
    const auto check = [&](const std::filesystem::path& path) {
        struct stat status {};
        BOOST_TEST_REQUIRE(::lstat(path.c_str(), &status) == 0);
        ++seen;
        BOOST_TEST((status.st_mode & 0777U) == (S_ISDIR(status.st_mode) ? 0700U : 0600U), path);
    };
    check(directory / ".kahn");
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory / ".kahn")) {
        check(entry.path());
    }
    BOOST_TEST(seen > 8);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(remembered_runs, StateWorld)

BOOST_AUTO_TEST_CASE(a_rerun_takes_over_outputs_and_artifacts_and_says_what_changed) {
    directory.write("ci.yaml", "name: p\nstages:\n  - name: build\n    jobs:\n"
                               "      - {name: a, commands: ['echo a >> ran; echo X=1 >> $KAHN_OUTPUT; echo made > made.txt'], artifacts: [made.txt]}\n"
                               "      - {name: b, commands: ['echo b >> ran'], dependencies: [a]}\n"
                               "  - name: test\n    dependencies: [build]\n    jobs:\n"
                               "      - {name: t, commands: ['echo \"t$X\" >> ran; test -e ok'], dependencies: [build.a]}\n"
                               "  - name: never\n    dependencies: [build]\n    conditions: {branch: nowhere}\n    jobs:\n"  // skipped, and nothing to run again
                               "      - {name: n, commands: ['true']}\n");
    BOOST_TEST(kahn_in({"run", "ci.yaml"}).run().exit_code == 1);
    const std::string parent = newest_run(*this);
    directory.write("ok", "");
    const ProgramResult second = kahn_in({"rerun", parent.substr(0, 20), "--failed"}).run();
    BOOST_TEST(second.exit_code == 0);
    BOOST_TEST(contains(second.err, "kahn: run " + parent + " is continued as ci.yaml has it, unchanged\n"));
    BOOST_TEST(contains(second.err, "ok     a (reused from run " + parent + ")\n"));
    BOOST_TEST(contains(second.err, "kahn: runs: test.t: failure: exit_code: exit 1\n"));
    BOOST_TEST(directory.read("ran") == "a\nb\nt1\nt1\n");
    const auto runs = events_of(kahn_in({"runs", "--json"}).run().out);
    BOOST_TEST(runs.at(0).at("parent").as_string() == parent);
    const auto artifact = ".kahn/runs/" + std::string(runs[0].at("run").as_string()) + "/artifacts/build.a/made.txt";
    BOOST_TEST(directory.read(artifact) == "made\n");
    BOOST_TEST(contains(directory.read("ran"), "t1"));

    const ProgramResult nothing = kahn_in({"rerun", "last", "--failed"}).run();
    BOOST_TEST(nothing.exit_code == 4);
    BOOST_TEST(contains(nothing.err, "has no job to run again"));

    std::string yaml = directory.read("ci.yaml");
    yaml.replace(yaml.find("echo b"), 6, "echo B");
    directory.write("ci.yaml", yaml);
    const ProgramResult changed = kahn_in({"rerun", "last"}).run();
    BOOST_TEST(changed.exit_code == 0);
    BOOST_TEST(contains(changed.err, "kahn: changed: job build.b: commands\n"));
    BOOST_TEST(contains(changed.err, "kahn: runs: build.b: digest changed: commands\n"));
    BOOST_TEST(contains(changed.err, "kahn: runs: test.t: digest changed: what it depends on, or the environment\n"));
    BOOST_TEST(contains(changed.err, "a (reused from run " + parent + ")\n"));
    const ProgramResult recorded = kahn_in({"rerun", parent, "--recorded", "--json=quiet"}).run();
    BOOST_TEST(recorded.exit_code == 0);
    BOOST_TEST(!contains(recorded.err, "changed"));
    BOOST_TEST(of_type(events_of(recorded.out), "job_finished").at(0).at("reused_from").as_string() == parent);
}

BOOST_AUTO_TEST_CASE(a_stage_or_a_job_may_be_run_again) {
    BOOST_TEST(kahn_in({"run", "ci.yaml"}).run().exit_code == 0);
    BOOST_TEST(kahn_in({"rerun", "last"}).run().exit_code == 0);
    BOOST_TEST(directory.read("ran") == "a\nb\nc\n");
    BOOST_TEST(kahn_in({"rerun", "last", "--from", "test"}).run().exit_code == 0);
    BOOST_TEST(directory.read("ran") == "a\nb\nc\nb\nc\n");
    BOOST_TEST(kahn_in({"rerun", "last", "--job", "b"}).run().exit_code == 0);
    BOOST_TEST(directory.read("ran") == "a\nb\nc\nb\nc\nb\n");
    BOOST_TEST(kahn_in({"rerun", "last", "--all"}).run().exit_code == 0);
    const ProgramResult slip = kahn_in({"rerun", "last", "--from", "tets"}).run();
    BOOST_TEST(slip.exit_code == 2);
    BOOST_TEST(contains(slip.err, "Did you mean 'test'?"));
    BOOST_TEST(kahn_in({"rerun", "last", "--job", "bb"}).run().exit_code == 2);
    BOOST_TEST(kahn_in({"rerun", "last", "--failed", "--all"}).run().exit_code == 2);
}

BOOST_AUTO_TEST_CASE(variables_and_selection_are_those_of_the_run_that_is_continued) {
    directory.write("ci.yaml", "name: p\nvariables: {WHO: you}\nstages:\n"
                               "  - {name: s, jobs: [{name: j, commands: ['echo $WHO >> ran; test -e ok']}]}\n"
                               "  - {name: other, jobs: [{name: o, commands: ['echo other >> ran']}]}\n");
    BOOST_TEST(kahn_in({"run", "ci.yaml", "--var", "WHO=me", "--stage", "s"}).run().exit_code == 1);
    directory.write("ok", "");
    BOOST_TEST(kahn_in({"rerun", "last"}).run().exit_code == 0);
    BOOST_TEST(directory.read("ran") == "me\nme\n");
    std::filesystem::remove(directory / "ci.yaml");
    BOOST_TEST(kahn_in({"rerun", "last", "--all"}).run().exit_code == 0);
    BOOST_TEST(directory.read("ran") == "me\nme\nme\n");
}

BOOST_AUTO_TEST_CASE(a_run_of_another_process_is_cancelled_and_who_did_it_is_recorded) {
    write_gated_pipeline(*this);
    auto running = kahn_in({"run", "gated.yaml"});
    running.start();
    BOOST_TEST_REQUIRE(running.read_until([](const Program& program) { return contains(program.err(), "begun"); }));
    const std::string id = newest_run(*this);
    const ProgramResult cancelled = kahn_in({"cancel", id.substr(0, 22), "--reason", "enough"}).run();
    BOOST_TEST(cancelled.exit_code == 0);
    BOOST_TEST(cancelled.out == "run " + id + ": cancelled\n");
    BOOST_TEST(running.finish().exit_code == 130);
    const auto runs = events_of(kahn_in({"runs", "--json"}).run().out);
    BOOST_TEST(runs.at(0).at("status").as_string() == "cancelled");
    const std::string detail(runs[0].at("detail").as_string());
    BOOST_TEST(detail.starts_with("by "));
    BOOST_TEST(contains(detail, "): enough"));
    const ProgramResult again = kahn_in({"cancel", id}).run();
    BOOST_TEST(again.exit_code == 4);
    BOOST_TEST(contains(again.err, "nothing to cancel"));
}

BOOST_AUTO_TEST_CASE(a_request_of_another_run_or_of_nobody_is_not_heard) {
    write_gated_pipeline(*this);
    auto running = kahn_in({"run", "gated.yaml"});
    running.start();
    BOOST_TEST_REQUIRE(running.read_until([](const Program& program) { return contains(program.err(), "begun"); }));
    const auto request = directory / ".kahn/runs" / newest_run(*this) / "cancel.json";
    for (const char* text : {"{\"v\":1,\"run\":\"01OTHER\",\"by\":\"x\"}", "no json", ""}) {
        directory.write(".new", text);
        std::filesystem::rename(directory / ".new", request);
        while (std::filesystem::exists(request)) ::poll(nullptr, 0, 5);  // it was taken
    }
    std::filesystem::create_symlink("/etc/passwd", request);
    std::ofstream(directory / "gate") << "go\n";
    BOOST_TEST(running.finish().exit_code == 0);
}

BOOST_AUTO_TEST_CASE(logs_are_printed_followed_and_harmless) {
    directory.write("ci.yaml", "name: p\nstages:\n  - name: s\n    jobs:\n"
                               "      - {name: one, commands: ['echo one', 'test -e again || { touch again; exit 1; }'], retry_count: 1}\n"
                               "      - {name: two, commands: ['printf \"\\\\377two\"']}\n");
    BOOST_TEST(kahn_in({"run", "ci.yaml"}).run().exit_code == 0);
    BOOST_TEST(kahn_in({"logs", "last", "one"}).run().out == "one\n");
    BOOST_TEST(kahn_in({"logs", "last", "s.one", "--attempt", "1"}).run().out == "one\n");
    BOOST_TEST(kahn_in({"logs", "last", "one", "--attempt", "3"}).run().exit_code == 2);
    BOOST_TEST(kahn_in({"logs", "last", "two"}).run().out == "\377two");
    BOOST_TEST(kahn_in({"logs", "last"}).run().out == "==> s.one (attempt 2) <==\none\n==> s.two (attempt 1) <==\n\377two");
    const ProgramResult slip = kahn_in({"logs", "last", "tow"}).run();
    BOOST_TEST(slip.exit_code == 2);
    BOOST_TEST(contains(slip.err, "Did you mean 'two'?"));
    const auto pieces = events_of(kahn_in({"logs", "last", "--json"}).run().out);
    BOOST_TEST_REQUIRE(pieces.size() == 2U);
    BOOST_TEST(pieces[0].at("text").as_string() == "one\n");
    BOOST_TEST(pieces[1].at("data_b64").as_string() == "/3R3bw==");
    const ProgramResult unknown = kahn_in({"logs", "01NONE"}).run();
    BOOST_TEST(unknown.exit_code == 2);
    BOOST_TEST(contains(unknown.err, "no run '01NONE'"));
}

BOOST_AUTO_TEST_CASE(a_running_job_is_followed_to_its_end) {
    write_gated_pipeline(*this);
    auto running = kahn_in({"run", "gated.yaml"});
    running.start();
    BOOST_TEST_REQUIRE(running.read_until([](const Program& program) { return contains(program.err(), "begun"); }));
    auto follower = kahn_in({"logs", "last", "j", "--follow"});
    follower.start();
    BOOST_TEST_REQUIRE(follower.read_until([](const Program& program) { return contains(program.out(), "begun\n"); }));
    std::ofstream(directory / "gate") << "and on\n";
    const ProgramResult followed = follower.finish();
    BOOST_TEST(followed.exit_code == 0);
    BOOST_TEST(followed.out == "begun\nand on\n");
    BOOST_TEST(running.finish().exit_code == 0);
}

BOOST_AUTO_TEST_CASE(runs_are_listed_filtered_and_indexed_anew) {
    BOOST_TEST(kahn_in({"runs"}).run().exit_code == 0);
    BOOST_TEST(!std::filesystem::exists(directory / ".kahn"));
    BOOST_TEST(kahn_in({"run", "ci.yaml"}).run().exit_code == 0);
    BOOST_TEST(kahn_in({"runs"}).run().out.find("  3 of 3 ok\n") != std::string::npos);
    BOOST_TEST(kahn_in({"runs", "--status", "failure"}).run().out == "");
    BOOST_TEST(kahn_in({"runs", "--status", "sucess"}).run().exit_code == 2);
    const ProgramResult slip = kahn_in({"runs", "--pipeline", "q"}).run();
    BOOST_TEST(slip.exit_code == 2);
    BOOST_TEST(contains(slip.err, "Did you mean 'p'?"));
    const ProgramResult anew = kahn_in({"runs", "--reindex"}).run();
    BOOST_TEST(contains(anew.err, "made anew: 1 run\n"));
    BOOST_TEST(kahn_in({"runs", "--limit", "x"}).run().exit_code == 2);
    BOOST_TEST(contains(kahn_in({"plan", "ci.yaml"}).run().out, "expected  "));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
