#include <kahn/render/ci_view.hpp>

#include "base/text.hpp"
#include "render/ci_readers.hpp"
#include "render/event_feed.hpp"
#include "support/pipelines.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;
using render::Ci;

/// A whole run; collects what the view prints.
struct Log {
    explicit Log(Ci ci, Pipeline p, render::Speakers speakers = render::Speakers::oldest) : view(options(ci, speakers, *this)), feed(std::move(p), Show{this}) {}

    static render::CiViewOptions options(Ci ci, render::Speakers speakers, Log& log) {
        render::CiViewOptions options;
        options.ci = ci;
        options.speakers = speakers;
        options.base = "/w/sub";
        options.repository = "/w";
        options.new_token = [&log] { return "token" + std::to_string(++log.tokens); };
        return options;
    }

    struct Show {
        Log* log;
        void operator()(const Event& event) const { log->text += log->view.on_event(event); }
    };

    /// What was printed since the last call.
    std::string take() { return std::exchange(text, {}); }

    int tokens = 0;
    std::string text;
    render::CiView view;
    EventFeed<Show> feed;
};

/// fetch, then lint and build at once.
Pipeline example() {
    Pipeline p = pipeline({single("fetch"), single("build", {"fetch"}), single("lint", {"fetch"})});
    p.stages[2].jobs[0].location = SourceLocation(41, 5);
    return p;
}

const Reason exit_1(Reason::Code::exit_code, "exit 1");

/// One job speaks, another one ends with output meanwhile, the third prints nothing.
void run_example(Log& log) {
    log.feed.start(2, 10);
    log.feed.start_job(0);
    log.feed.end_job(0, 0, PipelineStatus::success, {}, 1200ms);
    log.feed.start_job(1);
    log.feed.start_job(2);
    log.feed.print(1, 0, "[1/2] compiling\n");
    log.feed.print(2, 0, "src/a.cpp: wrong\n", OutputStream::stderr_stream);
    log.feed.end_job(2, 0, PipelineStatus::failure, exit_1, 4800ms);
    log.feed.print(1, 0, "[2/2] linking\n");
    log.feed.end_job(1, 0, PipelineStatus::success, {}, 91s);
    log.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "lint"), 92s);
}

/// Lines that somebody would print who wants more than to be read.
const std::string& hostile_output() {
    static const std::string text =
        "::set-output name=x::1\n"
        "  ::add-mask::e\n"
        "see ##[add-path]/evil\n"
        "##[endgroup]\n"
        "\x1B[31m##[error]mine\x1B[0m\n"
        "::endgroup::\n"
        "::stop-commands::mine\n"
        "::token0::\n"
        "x\r::set-env name=PATH::/evil\n"
        "section_end:1:kahn_j9zk4q_1\r\x1B[0K\n"
        "\x1B[0Ksection_start:1:evil[collapsed=true]\r\x1B[0Kmine\n"
        "--- a/file\n"
        "\x1B[1m+++ b/file\x1B[0m\n"
        "\x1B[0K~~~ mine\n"
        "^^^ +++\n"
        "\x1B]0;title\x07\x1B[2J\x1B[?1049h\x9D\xC2\x9B" "2J\n"
        "\xFF\xFE not UTF-8\n" +
        std::string(1'000'000, 'x') + "##[set-output name=x]1\n";
    return text;
}

std::string hostile_run(Ci ci, render::Speakers speakers) {
    Log log(ci, example(), speakers);
    log.feed.start(2, 10);
    log.feed.start_job(1);
    log.feed.start_job(2);
    log.feed.print(2, 0, hostile_output());
    log.feed.print(1, 0, hostile_output());
    log.feed.job(1).warnings = {"##[set-output name=x]1 (pid 7) was left behind", "--- x\n::set-output name=x::1"};
    log.feed.end_job(2, 0, PipelineStatus::failure, Reason(Reason::Code::failed, "##[set-output name=x]1\n::set-output name=x::1"), 1s);
    log.feed.end_job(1, 0, PipelineStatus::success, {}, 1s);
    log.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "lint"), 92s);
    log.text += log.view.close();
    BOOST_TEST(is_utf8(log.text));
    BOOST_TEST(log.text.size() < 100'000U);
    return log.text;
}

const std::vector<render::Speakers> all_speakers{render::Speakers::oldest, render::Speakers::nobody, render::Speakers::everybody, render::Speakers::silenced};

}  // namespace

BOOST_AUTO_TEST_SUITE(ci_view)

BOOST_AUTO_TEST_CASE(github_folds_each_job_and_annotates_each_failure) {
    Log log(Ci::github, example());
    run_example(log);
    BOOST_TEST(log.text ==
               "kahn: run 01J9ZK4Q test (ci.yaml): 3 jobs, 2 levels, 10 workers\n"
               "[1/3] ok     fetch 1.20s\n"
               "::group::[2/3] start  build\n"
               "::stop-commands::token1\n"
               "[1/2] compiling\n"
               "::token1::\n"
               "::endgroup::\n"
               "::group::[3/3] FAIL   lint 4.80s: exit 1\n"
               "::stop-commands::token2\n"
               "src/a.cpp: wrong\n"
               "::token2::\n"
               "::endgroup::\n"
               "::error file=sub/ci.yaml,line=41,col=5,title=lint::failed: exit 1 after 4.80s\n"
               "::group::[2/3] more   build\n"
               "::stop-commands::token3\n"
               "[2/2] linking\n"
               "::token3::\n"
               "::endgroup::\n"
               "[2/3] ok     build 1m31s\n"
               "kahn: failed: lint: exit 1 after 4.80s, ci.yaml:41:5\n"
               "  | src/a.cpp: wrong\n"
               "  full log: /w/.kahn/runs/01J9ZK4Q/logs/lint.1.log\n"
               "kahn: FAILED in 1m32s: 2 ok, 1 failed (lint)\n");
}

BOOST_AUTO_TEST_CASE(gitlab_folds_what_is_fine_when_it_is_printed) {
    Log log(Ci::gitlab, example());
    run_example(log);
    BOOST_TEST(log.text ==
               "kahn: run 01J9ZK4Q test (ci.yaml): 3 jobs, 2 levels, 10 workers\n"
               "[1/3] ok     fetch 1.20s\n"
               "\x1B[0Ksection_start:1795446245:kahn_j9zk4q_1\r\x1B[0K[2/3] start  build\n"
               "[1/2] compiling\n"
               "\x1B[0Ksection_end:1795446245:kahn_j9zk4q_1\r\x1B[0K\n"
               "\x1B[0Ksection_start:1795446245:kahn_j9zk4q_2\r\x1B[0K[3/3] FAIL   lint 4.80s: exit 1\n"
               "src/a.cpp: wrong\n"
               "\x1B[0Ksection_end:1795446245:kahn_j9zk4q_2\r\x1B[0K\n"
               "\x1B[0Ksection_start:1795446245:kahn_j9zk4q_3\r\x1B[0K[2/3] more   build\n"
               "[2/2] linking\n"
               "\x1B[0Ksection_end:1795446245:kahn_j9zk4q_3\r\x1B[0K\n"
               "[2/3] ok     build 1m31s\n"
               "kahn: failed: lint: exit 1 after 4.80s, ci.yaml:41:5\n"
               "  | src/a.cpp: wrong\n"
               "  full log: /w/.kahn/runs/01J9ZK4Q/logs/lint.1.log\n"
               "kahn: FAILED in 1m32s: 2 ok, 1 failed (lint)\n");

    Log fine(Ci::gitlab, example());
    fine.feed.start(2, 10);
    fine.feed.start_job(1);
    fine.feed.start_job(2);
    fine.feed.print(2, 0, "held\n");
    fine.take();
    fine.feed.end_job(2, 0, PipelineStatus::success, {}, 1s);
    BOOST_TEST(fine.take() ==
               "\x1B[0Ksection_start:1795446245:kahn_j9zk4q_1[collapsed=true]\r\x1B[0K[2/3] ok     lint 1.00s\n"
               "held\n"
               "\x1B[0Ksection_end:1795446245:kahn_j9zk4q_1\r\x1B[0K\n");
}

BOOST_AUTO_TEST_CASE(buildkite_unfolds_what_has_failed) {
    Log log(Ci::buildkite, example());
    run_example(log);
    BOOST_TEST(log.text ==
               "~~~ kahn: run 01J9ZK4Q test (ci.yaml): 3 jobs, 2 levels, 10 workers\n"
               "~~~ [1/3] ok     fetch 1.20s\n"
               "--- [2/3] start  build\n"
               "[1/2] compiling\n"
               "+++ [3/3] FAIL   lint 4.80s: exit 1\n"
               "src/a.cpp: wrong\n"
               "--- [2/3] more   build\n"
               "[2/2] linking\n"
               "[2/3] ok     build 1m31s\n"
               "+++ kahn: failed: lint: exit 1 after 4.80s, ci.yaml:41:5\n"
               "  | src/a.cpp: wrong\n"
               "  full log: /w/.kahn/runs/01J9ZK4Q/logs/lint.1.log\n"
               "kahn: FAILED in 1m32s: 2 ok, 1 failed (lint)\n");

    Log live(Ci::buildkite, example());
    live.feed.start(2, 10);
    live.feed.start_job(0);
    live.feed.print(0, 0, "boom\n");
    live.take();
    live.feed.end_job(0, 0, PipelineStatus::failure, exit_1, 1s);
    BOOST_TEST(live.take() == "^^^ +++\n[1/3] FAIL   fetch 1.00s: exit 1\n");
    live.feed.end(PipelineStatus::success, {}, 1s);
    BOOST_TEST(live.take().starts_with("--- kahn: "));
}

BOOST_AUTO_TEST_CASE(no_output_can_steer_the_runner_of_github) {
    for (const auto speakers : all_speakers) {
        RunnerOfGithub runner;
        const std::string text = hostile_run(Ci::github, speakers);
        runner.read(text);
        BOOST_TEST(!runner.is_stopped());
        for (const std::string& line : runner.obeyed()) {
            const bool is_own = line.starts_with("::group::") || line == "::endgroup::" || line.starts_with("::error ") || line.starts_with("::warning ");
            BOOST_TEST(is_own, "obeyed: " << line);
        }
        // Nor does its viewer take any of it for a group's end or an error: that stands at the beginning of a line.
        for (const std::string& line : lines_of(text)) BOOST_TEST(!line.starts_with("##["));
    }
    // The reader that shows it is one that obeys.
    RunnerOfGithub naive;
    naive.read(hostile_output());
    BOOST_TEST(naive.obeyed().size() >= 6U);
}

BOOST_AUTO_TEST_CASE(no_output_can_begin_or_end_a_section_of_gitlab) {
    BOOST_TEST(gitlab_marks(hostile_output()).size() == 2U);
    for (const auto speakers : all_speakers) {
        const auto marks = gitlab_marks(hostile_run(Ci::gitlab, speakers));
        std::set<std::string> names;
        for (std::size_t i = 0; i + 1 < marks.size(); i += 2) {
            const std::string name = marks[i].substr(marks[i].find(' ') + 1);
            BOOST_TEST(name.starts_with("kahn_j9zk4q_"));
            BOOST_TEST(marks[i] == "start " + name);
            BOOST_TEST(marks[i + 1] == "end " + name);
            BOOST_TEST(names.insert(name).second);
        }
        BOOST_TEST(marks.size() % 2 == 0U);
        BOOST_TEST(marks.empty() == (speakers == render::Speakers::silenced));
    }
}

BOOST_AUTO_TEST_CASE(no_output_can_begin_a_group_of_buildkite) {
    BOOST_TEST(buildkite_headings(hostile_output()).size() == 4U);
    for (const auto speakers : all_speakers) {
        for (const std::string& heading : buildkite_headings(hostile_run(Ci::buildkite, speakers))) {
            const bool is_own = heading.find("kahn: ") == 4U || heading.find("[") == 4U || heading == "--- output";
            BOOST_TEST(is_own, "a heading: " << heading);
        }
    }
}

BOOST_AUTO_TEST_CASE(output_stays_readable) {
    const std::string github = hostile_run(Ci::github, render::Speakers::oldest);
    for (const char* line : {"\n::set-output name=x::1\n", "\nsee ##[add-path]/evil\n", "\n ##[endgroup]\n", "\n--- a/file\n", "\n\xEF\xBF\xBD\xEF\xBF\xBD not UTF-8\n"}) {
        BOOST_TEST(github.find(line) != std::string::npos, "missing: " << line);
    }
    const std::string buildkite = hostile_run(Ci::buildkite, render::Speakers::oldest);
    for (const char* line : {"\n::set-output name=x::1\n", "\n --- a/file\n", "\n \x1B[1m+++ b/file\x1B[0m\n"}) {
        BOOST_TEST(buildkite.find(line) != std::string::npos, "missing: " << line);
    }
}

BOOST_AUTO_TEST_CASE(an_annotation_is_escaped_and_names_a_file_of_the_checkout) {
    Pipeline p = pipeline({stage("50%, s", {job("a: b, c\nd")})});
    p.stages[0].jobs[0].location = SourceLocation(3, 7);
    Log log(Ci::github, p);
    log.feed.start(1, 1);
    log.take();
    log.feed.start_job(0);
    log.feed.job(0).warnings = {"100% of\nit"};
    log.feed.end_job(0, 0, PipelineStatus::failure, Reason(Reason::Code::failed, "at 50%:\r\nx"), 1s, true);
    BOOST_TEST(log.take() ==
               "[1/1] failed a: b, c\\x0Ad 1.00s: failed: at 50%:\\x0D\\x0Ax (allowed to fail)\n"
               "::warning file=sub/ci.yaml,line=3,col=7,title=a%3A b%2C c\\x0Ad::failed, and may: failed: at 50%25:\\x0D\\x0Ax after 1.00s\n"
               "::warning file=sub/ci.yaml,line=3,col=7,title=a%3A b%2C c\\x0Ad::100%25 of\\x0Ait\n");
}

BOOST_AUTO_TEST_CASE(all_at_once_is_one_group_with_names) {
    Log log(Ci::github, example(), render::Speakers::everybody);
    log.feed.start(2, 10);
    log.feed.start_job(1);
    log.feed.start_job(2);
    log.take();
    log.feed.print(1, 0, "one\n");
    log.feed.print(2, 0, "two\n");
    BOOST_TEST(log.take() == "::group::output\n::stop-commands::token1\nbuild | one\nlint | two\n");
    log.feed.end_job(1, 0, PipelineStatus::success, {}, 1s);
    BOOST_TEST(log.take() == "::token1::\n::endgroup::\n[1/3] ok     build 1.00s\n");
}

BOOST_AUTO_TEST_CASE(each_whole_at_its_end_is_one_group_a_job) {
    Log log(Ci::github, example(), render::Speakers::nobody);
    log.feed.start(2, 10);
    log.feed.start_job(1);
    log.take();
    log.feed.print(1, 0, "one\nhalf");
    BOOST_TEST(log.take() == "");
    log.feed.end_job(1, 0, PipelineStatus::success, {}, 1s);
    BOOST_TEST(log.take() == "::group::[1/3] ok     build 1.00s\n::stop-commands::token1\none\nhalf\n::token1::\n::endgroup::\n");
}

BOOST_AUTO_TEST_CASE(what_kahn_says_meanwhile_stands_outside_and_the_group_goes_on) {
    Log log(Ci::github, example());
    log.feed.start(2, 10);
    log.feed.start_job(1);
    log.feed.print(1, 0, "one\n");
    log.take();
    BOOST_TEST(log.view.message("SIGINT: ending the run") == "::token1::\n::endgroup::\nkahn: SIGINT: ending the run\n");
    log.feed.print(1, 0, "two\n");
    BOOST_TEST(log.take() == "::group::[1/3] more   build\n::stop-commands::token2\ntwo\n");
    BOOST_TEST(log.view.tick(1s) == "");
    BOOST_TEST(log.view.tick(31s) == "::token2::\n::endgroup::\nkahn: 31.0s running: build 31.0s; 0 done, 2 waiting\n");
    BOOST_TEST(log.view.running() == "kahn: running: 1\n● build 31.0s\n  | one\n  | two\n");
    log.feed.print(1, 0, "three\n");
    log.take();
    BOOST_TEST(log.view.close() == "::token3::\n::endgroup::\n");
    BOOST_TEST(log.view.close() == "");
}

BOOST_AUTO_TEST_CASE(a_second_attempt_begins_anew) {
    Pipeline p = example();
    p.stages[0].jobs[0].retry_count = 1;
    Log log(Ci::buildkite, p);
    log.feed.start(2, 10);
    log.feed.start_job(0);
    log.feed.print(0, 0, "one\n");
    log.take();
    log.feed.retry_job(0, 0, exit_1, 9100ms, 120ms);
    BOOST_TEST(log.take() == "[1/3] retry  fetch: attempt 1 of 2 failed: exit 1 after 9.10s; next in 120ms\n");
    log.feed.start_job(0);
    log.feed.print(0, 0, "two\n");
    BOOST_TEST(log.take() == "--- [1/3] start  fetch (attempt 2 of 2)\ntwo\n");
}

BOOST_AUTO_TEST_CASE(a_service_is_known_by_its_variable) {
    BOOST_TEST((render::detect_ci({{"GITHUB_ACTIONS", "true"}}) == Ci::github));
    BOOST_TEST((render::detect_ci({{"GITLAB_CI", "true"}}) == Ci::gitlab));
    BOOST_TEST((render::detect_ci({{"BUILDKITE", "true"}}) == Ci::buildkite));
    BOOST_TEST(!render::detect_ci({{"GITHUB_ACTIONS", "false"}, {"BUILDKITE", ""}}));
    BOOST_TEST(!render::detect_ci({}));
    BOOST_TEST((render::parse_ci("gitlab") == Ci::gitlab));
    BOOST_TEST(!render::parse_ci("auto"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
