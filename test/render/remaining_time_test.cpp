#include "render/remaining_time.hpp"

#include "render/event_feed.hpp"
#include "support/pipelines.hpp"

#include <boost/test/unit_test.hpp>

#include <map>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

/// A run whose jobs usually take what is given, and a clock that is moved by hand.
struct Estimated {
    Estimated(Pipeline p, std::map<std::string, std::chrono::seconds> usual_)
        : usual(std::move(usual_)), feed(std::move(p), Show{this}) {}

    struct Show {
        Estimated* self;
        void operator()(const Event& event) const {
            if (std::holds_alternative<event::RunStarted>(event.what)) self->remaining.begin(event, self->durations());
            self->remaining.add(event);
        }
    };

    graph::UsualDurations durations() const {
        return [this](std::string_view, std::string_view job) -> std::optional<graph::UsualDuration> {
            const auto found = usual.find(std::string(job));
            if (found == usual.end()) return std::nullopt;
            return graph::UsualDuration(found->second, 18);
        };
    }

    std::string left(std::chrono::seconds elapsed) { return remaining.at(elapsed).left; }

    std::map<std::string, std::chrono::seconds> usual;
    render::RemainingTime remaining;
    EventFeed<Show> feed;
};

Pipeline chain() { return pipeline({single("first"), single("then", {"first"})}); }

}  // namespace

BOOST_AUTO_TEST_SUITE(remaining_time)

BOOST_AUTO_TEST_CASE(it_counts_down_in_round_figures) {
    Estimated e(chain(), {{"first", 100s}, {"then", 50s}});
    e.feed.start(2, 1);
    e.feed.start_job(0);
    BOOST_TEST(e.left(0s) == "about 2m30s left");
    BOOST_TEST(e.remaining.at(0s).source == "(from 18 runs)");
    BOOST_TEST(e.left(7s) == "about 2m20s left");
    BOOST_TEST(e.left(88s) == "about 1m00s left");
    BOOST_TEST(e.left(93s) == "about 55s left");
    BOOST_TEST(e.left(99s) == "about 50s left");
}

BOOST_AUTO_TEST_CASE(a_surprise_moves_it_calmly_and_it_never_falls_below_zero) {
    Estimated e(chain(), {{"first", 100s}, {"then", 50s}});
    e.feed.start(2, 1);
    e.feed.start_job(0);
    BOOST_TEST(e.left(10s) == "about 2m20s left");
    e.feed.end_job(0, 0, PipelineStatus::success, {}, 10s);  // 90 s early
    BOOST_TEST(e.left(11s) == "about 1m10s left");
    BOOST_TEST(e.left(12s) == "about 55s left");
    BOOST_TEST(e.left(20s) == "about 50s left");
    e.feed.start_job(1);  // at second 0 of the feed's clock, which stands still: it has been running for 20 s
    BOOST_TEST(e.left(40s) == "about 10s left");
    BOOST_TEST(e.left(49s) == "about 1s left");
    for (int late = 50; late < 500; late += 7) BOOST_TEST(e.left(std::chrono::seconds(late)) == "");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_not_said) {
    Estimated nothing(chain(), {});
    nothing.feed.start(2, 1);
    BOOST_TEST(nothing.left(1s) == "");

    Estimated half(chain(), {{"first", 100s}});
    half.feed.start(2, 1);
    half.feed.start_job(0);
    BOOST_TEST(half.left(1s) == "at least 1m40s left");

    render::RemainingTime never_begun;
    BOOST_TEST(never_begun.at(1s).left == "");
}

BOOST_AUTO_TEST_CASE(long_times_are_rounder) {
    Estimated e(chain(), {{"first", 3s}, {"then", 5000s}});
    e.feed.start(2, 1);
    BOOST_TEST(e.left(0s) == "about 1h25m left");
    e.usual["then"] = 1000s;
    e.feed.start(2, 1);
    BOOST_TEST(e.left(100s) == "about 17m left");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
