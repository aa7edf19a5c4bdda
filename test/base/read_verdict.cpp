#include "base/read_verdict.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn {
namespace {

using Verdict = ReadVerdict::Verdict;
using namespace std::chrono_literals;

FileStamp stamp(std::int64_t size, std::chrono::nanoseconds modified) { return {size, modified, modified}; }

BOOST_AUTO_TEST_SUITE(changes_while_reading)

const SystemTime now(1000s);
const FileStamp old_file = stamp(3, 900s);
const FileStamp fresh_file = stamp(3, 1000s - 5ms);

BOOST_AUTO_TEST_CASE(what_has_been_at_rest_is_good_at_once) {
    ReadVerdict verdict;
    BOOST_TEST((verdict.judge(old_file, old_file, now, "abc") == Verdict::good));
    BOOST_TEST(verdict.take() == "abc");
}

BOOST_AUTO_TEST_CASE(C17_a_change_of_size_or_time_is_noticed) {
    for (const FileStamp& after : {stamp(4, 900s), stamp(3, 901s), FileStamp{3, 900s, 901s}}) {
        ReadVerdict verdict;
        BOOST_TEST((verdict.judge(old_file, after, now, "abc") == Verdict::read_again));
        BOOST_TEST((verdict.judge(after, after, now, "abd") == Verdict::good));
        BOOST_TEST(verdict.take() == "abd");
    }
}

BOOST_AUTO_TEST_CASE(C17_what_was_changed_just_now_is_read_until_it_is_the_same_twice) {
    ReadVerdict verdict;
    BOOST_TEST((verdict.judge(fresh_file, fresh_file, now, "aab") == Verdict::read_again));
    BOOST_TEST((verdict.judge(fresh_file, fresh_file, now, "abb") == Verdict::read_again));
    BOOST_TEST((verdict.judge(fresh_file, fresh_file, now, "abb") == Verdict::good));
    BOOST_TEST(verdict.take() == "abb");
}

BOOST_AUTO_TEST_CASE(C17_what_was_read_across_a_change_does_not_count_as_the_first_time) {
    ReadVerdict verdict;
    BOOST_TEST((verdict.judge(old_file, fresh_file, now, "abb") == Verdict::read_again));
    BOOST_TEST((verdict.judge(fresh_file, fresh_file, now, "abb") == Verdict::read_again));
    BOOST_TEST((verdict.judge(fresh_file, fresh_file, now, "abb") == Verdict::good));
}

BOOST_AUTO_TEST_CASE(C17_a_file_that_never_rests_is_given_up) {
    ReadVerdict verdict;
    int tries = 1;
    while (verdict.judge(old_file, fresh_file, now, "abc") == Verdict::read_again) ++tries;
    BOOST_TEST(tries == 8);
}

BOOST_AUTO_TEST_CASE(a_time_stamp_from_the_future_is_no_rest) {
    ReadVerdict verdict;
    const FileStamp future = stamp(3, 2000s);
    BOOST_TEST((verdict.judge(future, future, now, "abc") == Verdict::read_again));
    BOOST_TEST((verdict.judge(future, future, now, "abc") == Verdict::good));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
