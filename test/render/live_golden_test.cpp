#include <kahn/render/live_view.hpp>

#include "render/cells.hpp"
#include "render/display_width.hpp"
#include "render/event_feed.hpp"
#include "render/golden.hpp"
#include "support/pipelines.hpp"
#include "support/screen.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;
using render::WindowSize;

constexpr std::size_t crowd = 70;

/// `fetch`, then 70 jobs at once, some with names that are hard to show, then two more.
Pipeline crowded() {
    PipelineStage build("build", {});
    build.dependencies = {"fetch"};
    for (std::size_t j = 0; j < crowd; ++j) build.jobs.push_back(job("unit " + std::to_string(j)));
    build.jobs[1].name = "漢字のテスト";
    build.jobs[2].name = "🚀 launch 🧪 probe 🫠";
    build.jobs[3].name = "e\xCC\x81tude \xE2\x80\x8D\xE2\x80\x8Bjoined";
    build.jobs[4].name = "two\nlines \x1B[2J \x7F and a bell\a";
    build.jobs[5].name = "a name that is much longer than any column has room for, whatever the window";
    Pipeline p = pipeline({single("fetch"), build, single("package", {"build"}), single("deploy", {"package"})});
    p.name = "build-and-test";
    p.stages[1].jobs[6].retry_count = 2;
    return p;
}

render::PastRuns past_runs(std::string_view, std::string_view) {
    render::PastRuns past;
    past.usual = [](std::string_view, std::string_view) { return graph::UsualDuration(30s, 18); };
    past.failing_since.emplace();
    past.failing_since->run = "01J9YT07";
    past.failing_since->runs = 6;
    return past;
}

struct Watched {
    explicit Watched(WindowSize window) : view(options(window)), screen(window.columns, render::display_width), feed(crowded(), Show{this}) {}

    static render::LiveViewOptions options(WindowSize window) {
        render::LiveViewOptions options;
        options.base = "/w";
        options.title = "kahn 0.1.0";
        options.window = window;
        options.past = past_runs;
        return options;
    }

    struct Show {
        Watched* watched;
        void operator()(const Event& event) const { watched->draw(watched->view.on_event(event)); }
    };

    void draw(const std::string& text) { screen.feed(text); }
    void tick(std::chrono::seconds elapsed) { draw(view.tick(elapsed)); }
    void resize(WindowSize window) {
        view.resize(window);
        screen.resize(window.columns);
    }

    /// Up to where all 70 run and have said something.
    void fill() {
        feed.start(4, 0);
        feed.start_job(0);
        tick(0s);
        feed.end_job(0, 0, PipelineStatus::success, {}, 1200ms);
        for (std::size_t j = 0; j < crowd; ++j) {
            feed.start_job(1, j);
            feed.print(1, j, "[" + std::to_string(j) + "/633] Building CXX object lib/CMakeFiles/kahn.dir/engine/run.cpp.o and then some more of the same\n");
        }
        feed.print(1, 1, "\x1B[32m緑色 \x1B[0mテスト中 🧪🧪🧪 まだまだ続く長い行がここにあります、とても長いので切られます\n");
        feed.print(1, 2, "10%\r20%\r\x1B[1mcounting down\x1B[0m\ttabbed");
        feed.print(1, 3, "\xFF\xFE not UTF-8 \x1B]0;title\a\n");
        tick(12s);
        feed.retry_job(1, 6, Reason(Reason::Code::exit_code, "exit 1"), 9100ms, 120ms);
        feed.job(1, 7).warnings = {"sleep (pid 7) was left behind"};
        feed.end_job(1, 7, PipelineStatus::failure, Reason(Reason::Code::exit_code, "exit 3"), 11s);
        tick(15s);
    }

    render::LiveView view;
    Screen screen;
    EventFeed<Show> feed;
};

std::string size_text(WindowSize window) { return std::to_string(window.columns) + 'x' + std::to_string(window.rows); }

const std::vector<WindowSize> windows{WindowSize(80, 24), WindowSize(200, 50), WindowSize(40, 12), WindowSize(20, 5)};

}  // namespace

BOOST_AUTO_TEST_SUITE(live_golden)

BOOST_AUTO_TEST_CASE(seventy_jobs_at_once_in_windows_of_every_size) {
    for (const WindowSize window : windows) {
        Watched w(window);
        w.fill();
        require_golden("live_" + size_text(window), w.screen.text());
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_failed_run) {
    for (const WindowSize window : windows) {
        Watched w(window);
        w.fill();
        for (std::size_t j = 0; j < crowd; ++j) {
            if (j != 7 && j != 6) w.feed.end_job(1, j, PipelineStatus::success, {}, 20s);
        }
        w.feed.start_job(1, 6);
        w.feed.end_job(1, 6, PipelineStatus::success, {}, 1s);
        for (std::size_t s = 2; s < 4; ++s) w.feed.end_job(s, 0, PipelineStatus::skipped, Reason(Reason::Code::upstream_failed, "unit 7"), 0s);
        w.feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "unit 7"), 41s);
        w.draw(w.view.close());
        require_golden("end_" + size_text(window), w.screen.text());
    }
}

BOOST_AUTO_TEST_CASE(no_line_of_the_canvas_is_wider_than_the_window) {
    for (std::size_t columns = 1; columns < 130; ++columns) {
        const WindowSize window(columns, 24);
        Watched w(WindowSize(200, 50));
        w.fill();
        w.resize(window);
        const std::string drawn = w.view.tick(16s);
        const std::size_t canvas = drawn.rfind("\x1B[J");
        BOOST_TEST_REQUIRE(canvas != std::string::npos);
        std::size_t lines = 0;
        for (std::string_view rest = std::string_view(drawn).substr(canvas + 3); !rest.empty(); ++lines) {
            const std::size_t end = rest.find("\r\n");
            BOOST_TEST(render::cells(rest.substr(0, end)) < std::max<std::size_t>(columns, 9));
            rest.remove_prefix(end + 2);
        }
        BOOST_TEST(lines == 8U);
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
