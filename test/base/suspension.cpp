#include <kahn/base/suspension.hpp>

#include <boost/test/unit_test.hpp>

#include <string>
#include <vector>

namespace kahn {
namespace {

using Words = std::vector<std::string>;

struct Told final : Suspension::Part {
    Told(std::string name_, Words& words_) : name(std::move(name_)), words(words_) {}
    void suspend() noexcept override { words.push_back("suspend " + name); }
    void resume() noexcept override { words.push_back("resume " + name); }

    std::string name;
    Words& words;
};

BOOST_AUTO_TEST_SUITE(suspensions)

BOOST_AUTO_TEST_CASE(all_parts_are_told_once_in_their_order) {
    Words words;
    Suspension suspension;
    const auto a = std::make_shared<Told>("a", words);
    const auto b = std::make_shared<Told>("b", words);
    suspension.join(a);
    suspension.join(b);
    BOOST_TEST(!suspension.resume());
    BOOST_TEST(suspension.suspend());
    BOOST_TEST(suspension.is_suspended());
    BOOST_TEST(!suspension.suspend());
    BOOST_TEST(suspension.resume());
    BOOST_TEST(!suspension.is_suspended());
    BOOST_TEST(words == (Words{"suspend a", "suspend b", "resume a", "resume b"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(who_joins_meanwhile_is_told_at_once) {
    Words words;
    Suspension suspension;
    suspension.suspend();
    const auto late = std::make_shared<Told>("late", words);
    suspension.join(late);
    suspension.resume();
    BOOST_TEST(words == (Words{"suspend late", "resume late"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(a_part_may_die_at_any_time) {
    Words words;
    Suspension suspension;
    auto part = std::make_shared<Told>("part", words);
    suspension.join(part);
    part.reset();
    for (int i = 0; i < 1000; ++i) suspension.join(std::make_shared<Told>("short-lived", words));
    BOOST_TEST(suspension.suspend());
    BOOST_TEST(words.empty());
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
