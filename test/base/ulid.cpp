#include "base/ulid.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <thread>
#include <vector>

namespace kahn {
namespace {

SystemTime at_millisecond(std::int64_t milliseconds) { return SystemTime(std::chrono::milliseconds(milliseconds)); }

BOOST_AUTO_TEST_SUITE(identifiers)

BOOST_AUTO_TEST_CASE(the_first_ten_characters_are_the_time) {
    // The example of the specification.
    BOOST_TEST(new_ulid(at_millisecond(1469918176385)).substr(0, 10) == "01ARYZ6S41");
    BOOST_TEST(new_ulid(at_millisecond(1)).substr(0, 10) == "0000000001");
}

BOOST_AUTO_TEST_CASE(it_is_26_characters_of_crockfords_alphabet) {
    const std::string id = new_ulid(at_millisecond(1469918176385));
    BOOST_TEST(id.size() == 26U);
    BOOST_TEST(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(those_of_one_millisecond_sort_in_the_order_they_were_made) {
    std::vector<std::string> ids;
    for (int i = 0; i < 10'000; ++i) ids.push_back(new_ulid(at_millisecond(5000)));
    BOOST_TEST(std::is_sorted(ids.begin(), ids.end(), std::less_equal<>()));
    BOOST_TEST((std::adjacent_find(ids.begin(), ids.end()) == ids.end()));
}

BOOST_AUTO_TEST_CASE(later_ones_sort_behind) {
    BOOST_TEST(new_ulid(at_millisecond(6001)) > new_ulid(at_millisecond(6000)));
}

BOOST_AUTO_TEST_CASE(going_back_in_time_makes_no_id_twice) {
    std::set<std::string> ids;
    for (int i = 0; i < 1000; ++i) BOOST_REQUIRE(ids.insert(new_ulid(at_millisecond(7000 + i % 2))).second);
}

BOOST_AUTO_TEST_CASE(several_threads_get_different_ones) {
    std::vector<std::vector<std::string>> of_thread(4);
    std::vector<std::thread> threads;
    for (auto& ids : of_thread) {
        threads.emplace_back([&ids] {
            for (int i = 0; i < 2000; ++i) ids.push_back(new_ulid(at_millisecond(8000)));
        });
    }
    for (std::thread& thread : threads) thread.join();
    std::set<std::string> all;
    for (const auto& ids : of_thread) all.insert(ids.begin(), ids.end());
    BOOST_TEST(all.size() == 8000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
