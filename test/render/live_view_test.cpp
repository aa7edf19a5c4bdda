#include <kahn/render/colour_choice.hpp>
#include <kahn/render/live_view.hpp>

#include "render/cells.hpp"
#include "render/event_feed.hpp"
#include "render/live_canvas.hpp"
#include "support/pipelines.hpp"
#include "support/screen.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;
using render::WindowSize;

/// A view, and the screen that it draws on.
struct Watched {
    explicit Watched(Pipeline p, WindowSize window = WindowSize(60, 24))
        : view(options(window)), screen(window.columns), feed(std::move(p), Show{this}) {}

    static render::LiveViewOptions options(WindowSize window) {
        render::LiveViewOptions options;
        options.base = "/w";
        options.title = "kahn 0.1.0";
        options.window = window;
        options.is_coloured = true;
        return options;
    }

    struct Show {
        Watched* watched;
        void operator()(const Event& event) const { watched->screen.feed(watched->view.on_event(event)); }
    };

    std::string at(std::chrono::seconds elapsed) {
        screen.feed(view.tick(elapsed));
        return screen.text();
    }

    render::LiveView view;
    Screen screen;
    EventFeed<Show> feed;
};

Pipeline example() { return pipeline({single("fetch"), stage("build", {job("gcc"), job("clang")}, {"fetch"}), single("lint", {"fetch"})}); }

const Reason exit_1(Reason::Code::exit_code, "exit 1");

}  // namespace

BOOST_AUTO_TEST_SUITE(live_view)

BOOST_AUTO_TEST_CASE(what_has_ended_scrolls_by_above_what_is_running) {
    Watched w(example());
    w.feed.start(2, 10);
    w.feed.start_job(0);
    BOOST_TEST(w.at(1s) ==
               "kahn 0.1.0  ci.yaml › test  run 01J9ZK4Q\n"
               " 4 jobs · 2 levels · 10 workers\n"
               "\n"
               " ● fetch     1s\n"
               " ○ 3 waiting: gcc, clang, lint      next: gcc (after fetch)\n"
               " ──────────────────────────────────────── 0/4 · 1s elapsed\n");
    w.feed.end_job(0, 0, PipelineStatus::success, Reason(), 1200ms);
    w.feed.start_job(1, 0);
    w.feed.print(1, 0, "\x1B[32mone\x1B[0m\ntwo \x1B]0;title\apercent\r50%");
    BOOST_TEST(w.at(3s) ==
               "kahn 0.1.0  ci.yaml › test  run 01J9ZK4Q\n"
               " 4 jobs · 2 levels · 10 workers\n"
               " ✓ fetch           1.20s\n"
               "\n"
               " ● gcc     2s  50%\n"
               " ○ 2 waiting: clang, lint\n"
               " ━━━━━━━━━━────────────────────────────── 1/4 · 3s elapsed\n");
}

BOOST_AUTO_TEST_CASE(nothing_new_draws_nothing) {
    Watched w(example());
    w.feed.start(2, 10);
    BOOST_TEST(!w.view.tick(1s).empty());
    BOOST_TEST(w.view.tick(1900ms).empty());
    BOOST_TEST(!w.view.tick(2s).empty());
    w.view.resize(WindowSize(40, 24));
    BOOST_TEST(!w.view.tick(2s).empty());
}

BOOST_AUTO_TEST_CASE(P16_the_canvas_is_gone_while_somebody_else_has_the_terminal_and_comes_back) {
    Watched w(pipeline({single("fetch")}));
    w.feed.start(1, 10);
    w.feed.start_job(0);
    w.at(1s);
    w.screen.feed(w.view.message("stopped"));
    w.screen.feed(w.view.leave());
    const std::string left = "kahn 0.1.0  ci.yaml › test  run 01J9ZK4Q\n 1 job · 1 level · 10 workers\nkahn: stopped\n";
    BOOST_TEST(w.screen.text() == left);
    BOOST_TEST(w.view.leave().empty());
    w.screen.feed("$ fg\r\n");  // a shell
    w.view.lost_place();
    w.view.resize(WindowSize(60, 24));
    BOOST_TEST(w.at(1s) == left + "$ fg\n\n ● fetch     1s\n ──────────────────────────────────────── 0/1 · 1s elapsed\n");
}

BOOST_AUTO_TEST_CASE(many_jobs_that_never_began_are_counted_at_the_end) {
    std::vector<PipelineStage> stages{single("fetch")};
    for (const char* name : {"a", "b", "c", "d", "e", "f"}) stages.push_back(single(name, {"fetch"}));
    Watched w(pipeline(stages), WindowSize(100, 40));
    w.feed.start(2, 10);
    w.feed.start_job(0);
    w.feed.end_job(0, 0, PipelineStatus::failure, exit_1, 900ms);
    for (std::size_t i = 1; i < stages.size(); ++i) {
        w.feed.end_job(i, 0, PipelineStatus::skipped, Reason(Reason::Code::upstream_failed, "fetch"), 0s);
    }
    w.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "fetch"), 1s);
    w.screen.feed(w.view.close());
    const std::string text = w.screen.text();
    BOOST_TEST(text.find("   d      ⊘ skipped          -  fetch  upstream failed: fetch\n"
                         "   … 2 more that never began (--final=all to list)\n") != std::string::npos, text);
}

BOOST_AUTO_TEST_CASE(a_failure_is_repeated_at_the_end_and_the_canvas_is_gone) {
    Watched w(pipeline({single("fetch"), single("unit (gcc)", {"fetch"})}), WindowSize(100, 24));
    w.feed.start(2, 10);
    w.feed.start_job(0);
    w.at(1s);
    w.feed.end_job(0, 0, PipelineStatus::success, Reason(), 1200ms);
    w.feed.start_job(1);
    w.feed.print(1, 0, "boom\n");
    w.at(2s);
    w.feed.end_job(1, 0, PipelineStatus::failure, exit_1, 900ms);
    w.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "unit (gcc)"), 2100ms);
    w.screen.feed(w.view.close());
    BOOST_TEST(w.screen.text() ==
               "kahn 0.1.0  ci.yaml › test  run 01J9ZK4Q\n"
               " 2 jobs · 2 levels · 10 workers\n"
               " ✓ fetch           1.20s\n"
               " ✗ unit (gcc)      0.90s  failed: exit 1\n"
               "\n"
               " ✗ unit (gcc)  failed: exit 1, 0.90s\n"
               "   │ boom\n"
               "   └ full log: .kahn/runs/01J9ZK4Q/logs/unit (gcc).1.log\n"
               "\n"
               " ✗ test   failed in 2.10s   2 jobs: 1 ok, 1 failed\n"
               "   job         result          time  after  detail\n"
               "   fetch       ✓ ok           1.20s  -\n"
               "   unit (gcc)  ✗ failed       0.90s  fetch  exit 1\n"
               "   next: kahn rerun 01J9ZK4Q --failed\n"
               "         kahn logs 01J9ZK4Q 'unit (gcc)'\n");
    BOOST_TEST(w.at(3s) == w.screen.text());
}

BOOST_AUTO_TEST_CASE(a_canvas_fits_into_every_window) {
    for (const WindowSize window : {WindowSize(80, 24), WindowSize(200, 50), WindowSize(40, 10), WindowSize(20, 5), WindowSize(1, 1)}) {
        render::CanvasContent content;
        for (int i = 0; i < 70; ++i) {
            render::CanvasContent::Row row;
            row.name = "a job with 漢字 in its name " + std::to_string(i);
            row.last_line = "e\xCC\x81" + std::string(300, 'x') + "漢字";
            content.rows.push_back(row);
            content.waiting.push_back("waiting " + std::to_string(i));
        }
        content.waiting_count = 500;
        content.next = "something (after something else)";
        content.total = 570;
        const auto lines = render::canvas_lines(content, window, render::Palette(false));
        BOOST_TEST_CONTEXT(window.columns << 'x' << window.rows) {
            BOOST_TEST(lines.size() == std::max<std::size_t>(1, window.rows / 3));
            for (const std::string& line : lines) BOOST_TEST(render::cells(line) < std::max<std::size_t>(window.columns, 9));
        }
    }
}

BOOST_AUTO_TEST_CASE(text_is_cut_between_characters) {
    BOOST_TEST(render::cut_middle("abcdefghij", 10) == "abcdefghij");
    BOOST_TEST(render::cut_middle("abcdefghij", 7) == "abc…hij");
    BOOST_TEST(render::cut_middle("漢字漢字漢字", 7) == "漢…字");
    BOOST_TEST(render::cut_end("ae\xCC\x81z!", 3) == "ae\xCC\x81…");
    BOOST_TEST(render::cut_end("abc", 0) == "");
    BOOST_TEST(render::padded("漢", 4) == "漢  ");
    BOOST_TEST(render::plain_line("\x1B[1mx\x1B[0m\ty\x1B[2J") == "x y");
}

BOOST_AUTO_TEST_CASE(colour_is_decided_by_the_strongest_voice) {
    using Environment = std::map<std::string, std::string, std::less<>>;
    using render::ColourMode;
    const Environment xterm{{"TERM", "xterm"}};
    const auto with = [&](std::string name, std::string value) {
        Environment all = xterm;
        all.insert_or_assign(std::move(name), std::move(value));
        return all;
    };
    BOOST_TEST(render::is_coloured(ColourMode::automatic, xterm, true));
    BOOST_TEST(!render::is_coloured(ColourMode::automatic, xterm, false));
    BOOST_TEST(!render::is_coloured(ColourMode::automatic, {}, true));
    BOOST_TEST(!render::is_coloured(ColourMode::automatic, with("TERM", "dumb"), true));
    BOOST_TEST(!render::is_coloured(ColourMode::automatic, with("NO_COLOR", "1"), true));
    BOOST_TEST(render::is_coloured(ColourMode::automatic, with("NO_COLOR", ""), true));
    BOOST_TEST(render::is_coloured(ColourMode::automatic, with("FORCE_COLOR", "1"), false));
    BOOST_TEST(!render::is_coloured(ColourMode::automatic, with("FORCE_COLOR", "0"), false));
    BOOST_TEST(render::is_coloured(ColourMode::automatic, {{"CLICOLOR_FORCE", "1"}}, false));
    BOOST_TEST(!render::is_coloured(ColourMode::automatic, with("CLICOLOR", "0"), true));
    BOOST_TEST(render::is_coloured(ColourMode::automatic, with("GITHUB_ACTIONS", "true"), false));
    BOOST_TEST(render::is_coloured(ColourMode::automatic, {{"KAHN_COLOR", "always"}, {"NO_COLOR", "1"}}, false));
    BOOST_TEST(!render::is_coloured(ColourMode::automatic, {{"NO_COLOR", "1"}, {"FORCE_COLOR", "1"}}, true));
    BOOST_TEST(!render::is_coloured(ColourMode::never, {{"KAHN_COLOR", "always"}}, true));
    BOOST_TEST(render::is_coloured(ColourMode::always, {{"NO_COLOR", "1"}}, false));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
