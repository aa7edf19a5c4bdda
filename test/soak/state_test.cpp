#include "support/state_sweeps.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

void require_none(const std::vector<std::string>& wrong) {
    BOOST_TEST(wrong.empty());
    for (const std::string& what : wrong) BOOST_ERROR(what);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(state)

BOOST_AUTO_TEST_CASE(D01_a_thousand_times_at_random) { require_none(kill_at_random(1000, 1)); }
BOOST_AUTO_TEST_CASE(D02_at_every_write_fsync_and_rename) { require_none(sweep_of_kills(calls_that_write, 1)); }
BOOST_AUTO_TEST_CASE(D03_every_call_fails_once) { require_none(sweep_of_errors(calls_that_may_fail, 1)); }
BOOST_AUTO_TEST_CASE(D04_at_every_system_call) { require_none(sweep_of_kills(all_calls, 1)); }

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
