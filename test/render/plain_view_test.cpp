#include <kahn/render/plain_view.hpp>

#include "render/event_feed.hpp"
#include "support/pipelines.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

render::PlainViewOptions in_w() {
    render::PlainViewOptions options;
    options.base = "/w";
    return options;
}

/// Feeds a view; every event returns what it printed.
struct Session {
    explicit Session(Pipeline p, render::PlainViewOptions options = in_w())
        : view(std::move(options)), feed(std::move(p), Show{this}) {}

    struct Show {
        Session* session;
        std::string operator()(const Event& event) const { return session->view.on_event(event); }
    };

    render::PlainView view;
    EventFeed<Show> feed;
};

Pipeline example() {
    return pipeline({single("fetch"), stage("build", {job("gcc"), job("clang")}, {"fetch"}), single("lint", {"fetch"})});
}

const Reason exit_1(Reason::Code::exit_code, "exit 1");

}  // namespace

BOOST_AUTO_TEST_SUITE(plain_view)

BOOST_AUTO_TEST_CASE(a_run_begins_with_its_size) {
    Session s(example());
    BOOST_TEST(s.feed.start(2, 10) == "kahn: run 01J9ZK4Q test (ci.yaml): 4 jobs, 2 levels, 10 workers\n");
    Session one(pipeline({single("x")}));
    BOOST_TEST(one.feed.start(1, 0) == "kahn: run 01J9ZK4Q test (ci.yaml): 1 job, 1 level, no limit on workers\n");
}

BOOST_AUTO_TEST_CASE(a_single_job_streams_line_by_line) {
    Session s(example());
    s.feed.start(2, 10);
    BOOST_TEST(s.feed.start_job(0) == "[1/4] start  fetch\n");
    BOOST_TEST(s.feed.print(0, 0, "Already up") == "");
    BOOST_TEST(s.feed.print(0, 0, " to date.\nand") == "fetch | Already up to date.\n");
    BOOST_TEST(s.feed.print(0, 0, "a warning\n", OutputStream::stderr_stream) == "fetch | a warning\n");
    BOOST_TEST(s.feed.end_job(0, 0, PipelineStatus::success, {}, 1200ms) == "fetch | and\n[1/4] ok     fetch 1.20s\n");
}

BOOST_AUTO_TEST_CASE(the_oldest_is_live_and_the_others_are_held_until_they_end) {
    Session s(example());
    s.feed.start(2, 10);
    s.feed.start_job(1, 0);
    BOOST_TEST(s.feed.start_job(2) == "[2/4] start  lint  (output held until it ends; live: gcc)\n");
    BOOST_TEST(s.feed.print(2, 0, "src/a.cpp: warning\n") == "");
    BOOST_TEST(s.feed.print(1, 0, "[1/633]\n") == "gcc | [1/633]\n");
    BOOST_TEST(s.feed.end_job(2, 0, PipelineStatus::success, {}, 4800ms) ==
               "[2/4] ok     lint 4.80s\nlint | src/a.cpp: warning\n");
}

BOOST_AUTO_TEST_CASE(when_the_live_one_ends_the_next_oldest_takes_over_with_its_held_lines) {
    Session s(example());
    s.feed.start(2, 10);
    s.feed.start_job(1, 0);
    s.feed.start_job(1, 1);
    s.feed.start_job(2);
    s.feed.print(1, 1, "first\nhalf");
    s.feed.print(2, 0, "later\n");
    BOOST_TEST(s.feed.end_job(1, 0, PipelineStatus::success, {}, 1s) == "[1/4] ok     gcc 1.00s\nclang | first\n");
    BOOST_TEST(s.feed.print(1, 1, " and half\n") == "clang | half and half\n");
    BOOST_TEST(s.feed.print(2, 0, "still held\n") == "");
}

BOOST_AUTO_TEST_CASE(held_output_is_bounded_and_says_what_is_missing) {
    auto options = in_w();
    options.held_bytes_of_job = 200;
    Session s(example(), options);
    s.feed.start(2, 10);
    s.feed.start_job(1, 0);
    s.feed.start_job(2);
    for (int i = 0; i < 1000; ++i) s.feed.print(2, 0, "line " + std::to_string(i) + "\n");
    const std::string text = s.feed.end_job(2, 0, PipelineStatus::success, {}, 1s);
    BOOST_TEST(text.size() < 400U);
    BOOST_TEST(text.find("bytes) left out; full log: .kahn/runs/01J9ZK4Q/logs/lint.1.log\nlint | line ") != std::string::npos);
    BOOST_TEST(text.ends_with("lint | line 998\nlint | line 999\n"));
}

BOOST_AUTO_TEST_CASE(L01_all_held_output_together_is_bounded) {
    PipelineStage many("many", {});
    for (int i = 0; i < 50; ++i) many.jobs.push_back(job("j" + std::to_string(i)));
    auto options = in_w();
    options.held_bytes = 20'000;
    Session s(pipeline({many}), options);
    s.feed.start(1, 0);
    for (std::size_t j = 0; j < 50; ++j) s.feed.start_job(0, j);
    for (int round = 0; round < 200; ++round) {
        for (std::size_t j = 1; j < 50; ++j) s.feed.print(0, j, std::string(80, 'x') + "\n");
        for (std::size_t j = 1; j < 50; ++j) s.feed.print(0, j, std::string(80, 'y'));  // never ended
    }
    std::size_t printed = 0;
    for (std::size_t j = 49; j > 0; --j) printed += s.feed.end_job(0, j, PipelineStatus::success, {}, 1s).size();
    // The bound, and for each job its result, the notice and a line that was not ended.
    BOOST_TEST(printed < 20'000U + 50U * (8192U + 200U));
    BOOST_TEST(printed > 1000U);
}

BOOST_AUTO_TEST_CASE(a_retry_says_why_and_shows_what_was_held) {
    Pipeline p = example();
    p.stages[2].jobs[0].retry_count = 2;
    Session s(p);
    s.feed.start(2, 10);
    s.feed.start_job(2);
    s.feed.start_job(1, 0);
    s.feed.print(1, 0, "compiling\n");
    BOOST_TEST(s.feed.retry_job(2, 0, exit_1, 9100ms, 2s) ==
               "[1/4] retry  lint: attempt 1 of 3 failed: exit 1 after 9.10s; next in 2.00s\ngcc | compiling\n");
    BOOST_TEST(s.feed.print(1, 0, "live now\n") == "gcc | live now\n");
    BOOST_TEST(s.feed.start_job(2) == "[1/4] start  lint (attempt 2 of 3)  (output held until it ends; live: gcc)\n");
    s.feed.end_job(1, 0, PipelineStatus::success, {}, 1s);
    BOOST_TEST(s.feed.end_job(2, 0, PipelineStatus::failure, exit_1, 9300ms) == "[1/4] FAIL   lint 9.30s: exit 1 (attempt 2 of 3)\n");
}

BOOST_AUTO_TEST_CASE(every_other_end_has_its_word_and_reason) {
    Session s(example());
    s.feed.start(2, 10);
    s.feed.start_job(0);
    BOOST_TEST(s.feed.end_job(0, 0, PipelineStatus::failure, exit_1, 1s, true) == "[1/4] failed fetch 1.00s: exit 1 (allowed to fail)\n");
    BOOST_TEST(s.feed.end_job(1, 0, PipelineStatus::skipped, Reason(Reason::Code::upstream_failed, "fetch"), 0s) ==
               "[2/4] skip   gcc: upstream failed: fetch\n");
    BOOST_TEST(s.feed.end_job(1, 1, PipelineStatus::cancelled, Reason(Reason::Code::cancelled, "SIGINT"), 0s) ==
               "[3/4] cancel clang: cancelled: SIGINT\n");
    s.feed.start_job(2);
    s.feed.job(2).warnings = {"sleep (pid 7) was left behind\x1B[2J"};
    BOOST_TEST(s.feed.end_job(2, 0, PipelineStatus::failure, Reason(Reason::Code::timeout), 60s) ==
               "[4/4] FAIL   lint 1m00s: timed out\nkahn: warning: lint: sleep (pid 7) was left behind\\x1B[2J\n");
}

BOOST_AUTO_TEST_CASE(jobs_of_one_name_are_told_apart_by_their_stage) {
    Session s(pipeline({stage("a", {job("test")}), stage("b", {job("test"), job("x\ny")})}));
    s.feed.start(1, 10);
    BOOST_TEST(s.feed.start_job(1, 0) == "[1/3] start  b.test\n");
    BOOST_TEST(s.feed.start_job(1, 1) == "[2/3] start  x\\x0Ay  (output held until it ends; live: b.test)\n");
}

BOOST_AUTO_TEST_CASE(a_silence_is_filled_with_what_is_running) {
    Session s(example());
    s.feed.start(2, 10);
    BOOST_TEST(s.view.tick(1s) == "");
    s.feed.end_job(0, 0, PipelineStatus::success, {}, 1s);
    s.feed.start_job(1, 0);
    BOOST_TEST(s.view.tick(2s) == "");
    s.feed.start_job(2);
    s.feed.print(2, 0, "held: nobody sees it\n");
    BOOST_TEST(s.view.tick(3s) == "");
    s.feed.print(2, 0, "held: nobody sees it\n");
    BOOST_TEST(s.view.tick(32s) == "");
    BOOST_TEST(s.view.tick(33s) == "kahn: 33.0s running: gcc 32.0s, lint 31.0s; 1 done, 1 waiting\n");
    BOOST_TEST(s.view.tick(62s) == "");
    BOOST_TEST(s.view.tick(63s) == "kahn: 1m03s running: gcc 1m02s, lint 1m01s; 1 done, 1 waiting\n");
    s.feed.print(1, 0, "seen\n");
    BOOST_TEST(s.view.tick(64s) == "");
    BOOST_TEST(s.view.tick(93s) == "");
}

BOOST_AUTO_TEST_CASE(a_failed_run_ends_with_what_matters) {
    Pipeline p = example();
    p.stages[0].jobs[0].location = SourceLocation(41, 5);
    p.stages[2].jobs[0].allow_failure = true;
    Session s(p);
    s.feed.start(2, 10);
    s.feed.start_job(0);
    for (int i = 0; i < 30; ++i) s.feed.print(0, 0, "out " + std::to_string(i) + "\n");
    s.feed.print(0, 0, "error: no network", OutputStream::stderr_stream);
    s.feed.end_job(0, 0, PipelineStatus::failure, exit_1, 1200ms);
    for (std::size_t j = 0; j < 2; ++j) s.feed.end_job(1, j, PipelineStatus::skipped, Reason(Reason::Code::upstream_failed, "fetch"), 0s);
    s.feed.start_job(2);
    s.feed.end_job(2, 0, PipelineStatus::failure, exit_1, 1s, true);
    std::string expected = "kahn: failed: fetch: exit 1 after 1.20s, ci.yaml:41:5\n";
    for (int i = 21; i < 30; ++i) expected += "  | out " + std::to_string(i) + "\n";
    expected +=
        "  | error: no network\n"
        "  last 10 of 31 lines; full log: .kahn/runs/01J9ZK4Q/logs/fetch.1.log\n"
        "kahn: FAILED in 1m41s: 0 ok, 1 failed (fetch), 1 failed but allowed to, 2 skipped\n";
    BOOST_TEST(s.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "fetch"), 101412ms) == expected);
}

BOOST_AUTO_TEST_CASE(the_repeated_lines_are_the_last_ones_of_however_many_and_harmless) {
    Session s(pipeline({single("a")}));
    s.feed.start(1, 1);
    s.feed.start_job(0);
    for (int i = 0; i < 5000; ++i) s.feed.print(0, 0, "line " + std::to_string(i) + "\n");
    s.feed.print(0, 0, "\x1B[2J" + std::string(1000, 'x') + "\n\x1B[31mred\n");
    s.feed.end_job(0, 0, PipelineStatus::failure, exit_1, 1s);
    const std::string text = s.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "a"), 1s);
    BOOST_TEST(text.find("  | line 4991\n") == std::string::npos);
    BOOST_TEST(text.find("  | line 4992\n") != std::string::npos);
    BOOST_TEST(text.find("  | line 4999\n  | " + std::string(296, 'x') + "…\n  | \x1B[31mred\x1B[0m\n  last 10 of 5002 lines; full log: ") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_last_line_says_why_a_run_ended_if_no_job_does) {
    Session s(pipeline({single("a")}));
    s.feed.start(1, 1);
    s.feed.end_job(0, 0, PipelineStatus::cancelled, Reason(Reason::Code::cancelled, "SIGTERM"), 0s);
    BOOST_TEST(s.feed.end(PipelineStatus::cancelled, Reason(Reason::Code::cancelled, "SIGTERM"), 1s) ==
               "kahn: CANCELLED in 1.00s (cancelled: SIGTERM): 0 ok, 1 cancelled\n");
    BOOST_TEST(s.feed.end(PipelineStatus::failure, Reason(Reason::Code::timeout), 1s) ==
               "kahn: FAILED in 1.00s (timed out): 0 ok, 1 cancelled\n");
    s.feed.job(0).status = PipelineStatus::success;
    BOOST_TEST(s.feed.end(PipelineStatus::success, {}, 1s) == "kahn: ok in 1.00s: 1 ok\n");
}

BOOST_AUTO_TEST_CASE(a_short_delay_is_told_in_milliseconds) {
    Pipeline p = example();
    p.stages[0].jobs[0].retry_count = 3;
    Session s(p);
    s.feed.start(2, 10);
    const auto delay_of = [&s](std::chrono::milliseconds delay) {
        s.feed.start_job(0);
        const std::string text = s.feed.retry_job(0, 0, exit_1, 1s, delay);
        return text.substr(text.rfind(';'));
    };
    BOOST_TEST(delay_of(0ms) == "; next at once\n");
    BOOST_TEST(delay_of(3ms) == "; next in 3ms\n");
    BOOST_TEST(delay_of(999ms) == "; next in 999ms\n");
    BOOST_TEST(delay_of(1s) == "; next in 1.00s\n");
}

BOOST_AUTO_TEST_CASE(colour_stands_beside_the_words_and_nowhere_without_being_wanted) {
    auto options = in_w();
    options.is_coloured = true;
    Session s(example(), options);
    s.feed.start(2, 10);
    BOOST_TEST(s.feed.start_job(0) == "\x1B[2m[1/4]\x1B[0m start  fetch\n");
    BOOST_TEST(s.feed.print(0, 0, "x\n") == "fetch \x1B[2m|\x1B[0m x\n");
    BOOST_TEST(s.feed.end_job(0, 0, PipelineStatus::success, {}, 1s) == "\x1B[2m[1/4]\x1B[0m \x1B[32mok\x1B[0m     fetch 1.00s\n");
    s.feed.start_job(2);
    s.feed.job(2).warnings = {"w"};
    BOOST_TEST(s.feed.end_job(2, 0, PipelineStatus::failure, exit_1, 1s) ==
               "\x1B[2m[2/4]\x1B[0m \x1B[31mFAIL\x1B[0m   lint 1.00s: exit 1\nkahn: \x1B[33mwarning:\x1B[0m lint: w\n");
    BOOST_TEST(s.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "lint"), 1s) ==
               "kahn: \x1B[31mfailed: lint\x1B[0m: exit 1 after 1.00s\n  full log: .kahn/runs/01J9ZK4Q/logs/lint.1.log\n"
               "kahn: \x1B[31mFAILED\x1B[0m in 1.00s: 1 ok, 1 failed (lint)\n");
}

BOOST_AUTO_TEST_CASE(the_end_lists_every_job_if_that_is_wanted) {
    auto options = in_w();
    options.lists_all = true;
    Session s(pipeline({single("fetch"), single("unit (gcc)", {"fetch"})}), options);
    s.feed.start(2, 10);
    s.feed.start_job(0);
    s.feed.end_job(0, 0, PipelineStatus::success, {}, 1s);
    s.feed.end_job(1, 0, PipelineStatus::skipped, Reason(Reason::Code::condition, "failure() does not hold"), 0s);
    BOOST_TEST(s.feed.end(PipelineStatus::success, {}, 1s) ==
               "   job         result          time  after  detail\n"
               "   fetch       ✓ ok           1.00s  -\n"
               "   unit (gcc)  ⊘ skipped          -  fetch  condition: failure() does not hold\n"
               "kahn: ok in 1.00s: 1 ok, 1 skipped\n");
}

BOOST_AUTO_TEST_CASE(L12_output_cannot_steer_the_terminal) {
    Session s(example());
    s.feed.start(2, 10);
    s.feed.start_job(0);
    BOOST_TEST(s.feed.print(0, 0, "\x1B[2Ja\x1B[31mred\n10%\r20%\n") == "fetch | a\x1B[31mred\x1B[0m\nfetch | 20%\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
