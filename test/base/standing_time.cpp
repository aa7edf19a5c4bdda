#include "base/standing_time.hpp"

#include <boost/test/unit_test.hpp>

#include <atomic>
#include <thread>

namespace kahn {
namespace {

using namespace std::chrono_literals;

/// A source that the test moves.
struct Moved {
    SteadyTime now{1h};
    auto source() {
        return [this] { return now; };
    }
};

BOOST_FIXTURE_TEST_SUITE(standing_time, Moved)

BOOST_AUTO_TEST_CASE(it_goes_with_its_source) {
    const StandingTime time;
    BOOST_TEST((time.now(source()) == now));
    now += 5s;
    BOOST_TEST((time.now(source()) == now));
    BOOST_TEST((time.source_time(now + 1s) == now + 1s));
}

BOOST_AUTO_TEST_CASE(what_passes_while_it_stands_is_lost) {
    StandingTime time;
    const SteadyTime begin = now;
    now += 1s;
    time.stop(source());
    now += 1h;
    BOOST_TEST(time.stands());
    BOOST_TEST((time.now(source()) == begin + 1s));
    time.go_on(source());
    BOOST_TEST(!time.stands());
    BOOST_TEST((time.now(source()) == begin + 1s));
    now += 2s;
    BOOST_TEST((time.now(source()) == begin + 3s));
    BOOST_TEST((time.source_time(begin + 4s) == now + 1s));
}

BOOST_AUTO_TEST_CASE(it_may_stand_again_and_again_and_be_told_twice) {
    StandingTime time;
    const SteadyTime begin = now;
    time.go_on(source());
    for (int i = 0; i < 3; ++i) {
        time.stop(source());
        now += 10s;
        time.stop(source());
        now += 10s;
        time.go_on(source());
        now += 1s;
        time.go_on(source());
    }
    BOOST_TEST((time.now(source()) == begin + 3s));
}

BOOST_AUTO_TEST_CASE(for_ever_stays_for_ever) {
    StandingTime time;
    time.stop(source());
    now += 1h;
    time.go_on(source());
    BOOST_TEST((time.source_time(SteadyTime::max()) == SteadyTime::max()));
}

BOOST_AUTO_TEST_CASE(it_never_goes_back_for_whoever_reads_it) {
    StandingTime time;
    std::atomic<bool> is_over{false};
    std::thread reader([&] {
        SteadyTime last{};
        while (!is_over) {
            const SteadyTime read = time.now([] { return std::chrono::steady_clock::now(); });
            if (read < last) is_over = true;
            last = read;
        }
    });
    for (int i = 0; i < 10'000 && !is_over; ++i) {
        time.stop([] { return std::chrono::steady_clock::now(); });
        time.go_on([] { return std::chrono::steady_clock::now(); });
    }
    BOOST_TEST(!is_over.exchange(true));
    reader.join();
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
