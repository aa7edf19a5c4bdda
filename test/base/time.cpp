#include <kahn/base/time.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <optional>

namespace kahn {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Starts a sleep of the real clock and cancels it if it has not ended by itself at once.
std::optional<boost::system::error_code> sleep_until(SteadyTime deadline, bool& was_over_at_once) {
    asio::io_context context{1};
    asio::cancellation_signal cancellation;
    std::optional<boost::system::error_code> result;
    asio::co_spawn(context, real_clock()->sleep_until(deadline),
                   asio::bind_cancellation_slot(cancellation.slot(), [&](std::exception_ptr error) {
                       result.emplace();
                       try {
                           if (error) std::rethrow_exception(error);
                       } catch (const boost::system::system_error& e) {
                           result = e.code();
                       }
                   }));
    context.poll();
    was_over_at_once = result.has_value();
    cancellation.emit(asio::cancellation_type::terminal);
    context.restart();
    context.poll();
    return result;
}

BOOST_AUTO_TEST_SUITE(times)

BOOST_AUTO_TEST_CASE(a_time_is_written_in_utc_with_nanoseconds) {
    BOOST_TEST(to_iso8601(SystemTime()) == "1970-01-01T00:00:00.000000000Z");
    BOOST_TEST(to_iso8601(SystemTime(1'795'446'245s + 123'456'789ns)) == "2026-11-23T15:04:05.123456789Z");
    BOOST_TEST(to_iso8601(SystemTime(-1ns)) == "1969-12-31T23:59:59.999999999Z");
    BOOST_TEST(to_iso8601(SystemTime(951'782'400s)) == "2000-02-29T00:00:00.000000000Z");
}

BOOST_AUTO_TEST_CASE(a_duration_is_as_exact_as_a_person_wants_it) {
    BOOST_TEST(format_duration(0ns) == "0.00s");
    BOOST_TEST(format_duration(420ms) == "0.42s");
    BOOST_TEST(format_duration(9994ms) == "9.99s");
    BOOST_TEST(format_duration(9996ms) == "10.0s");
    BOOST_TEST(format_duration(12'300ms) == "12.3s");
    BOOST_TEST(format_duration(59'940ms) == "59.9s");
    BOOST_TEST(format_duration(59'960ms) == "1m00s");
    BOOST_TEST(format_duration(184s) == "3m04s");
    BOOST_TEST(format_duration(2h + 5min) == "2h05m");
    BOOST_TEST(format_duration(-5s) == "0.00s");
}

BOOST_AUTO_TEST_CASE(a_deadline_in_the_past_is_over_at_once) {
    bool was_over_at_once = false;
    const auto result = sleep_until(SteadyTime::min() + 1h, was_over_at_once);
    BOOST_TEST(was_over_at_once);
    BOOST_TEST(!result.value().failed());
}

BOOST_AUTO_TEST_CASE(a_deadline_at_the_end_of_time_does_not_fire_and_can_be_cancelled) {
    bool was_over_at_once = true;
    const auto result = sleep_until(SteadyTime::max(), was_over_at_once);
    BOOST_TEST(!was_over_at_once);
    BOOST_REQUIRE(result.has_value());
    BOOST_TEST((*result == asio::error::operation_aborted));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
