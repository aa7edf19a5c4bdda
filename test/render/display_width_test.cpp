#include "render/character_widths.hpp"
#include "render/display_width.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

template <class Ranges>
void require_sorted(const Ranges& ranges) {
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        BOOST_TEST_REQUIRE(ranges[i].first <= ranges[i].last);
        if (i > 0) BOOST_TEST_REQUIRE(ranges[i - 1].last + 1 < ranges[i].first);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(display_width)

BOOST_AUTO_TEST_CASE(wide_characters_of_every_age_take_two_cells) {
    for (const char* wide : {"漢", "가", "ア", "Ａ", "￥", "⌚", "⏩", "⚡", "✅", "❌", "⭐", "🀄", "🃏", "🆎", "🈁", "🌀", "😀", "🚀", "🛸", "🟢", "🤖", "🥹", "🧪", "🪐", "🫠",
                             "🫨", "🩷", "𠀀", "\xF0\xBF\xBF\xBD", "𖿠", "𗀀", "𛀀"}) {
        BOOST_TEST(render::display_width(wide) == 2, wide);
    }
}

BOOST_AUTO_TEST_CASE(what_only_joins_or_marks_takes_none) {
    for (const char* mark : {"\xCC\x81", "\xE2\x80\x8B", "\xE2\x80\x8D", "\xE2\x81\xA0", "\xEF\xB8\x8F", "\xEF\xBB\xBF", "\xE0\xA5\x8D", "\xE0\xB8\xB1", "\xE1\x85\xA1",
                             "\xF3\xA0\x84\x80", "\xF0\x9D\x85\xA7"}) {
        BOOST_TEST(render::display_width(mark) == 0);
    }
}

BOOST_AUTO_TEST_CASE(the_others_take_one) {
    for (const char* one : {"a", " ", "é", "ß", "→", "✓", "✗", "●", "━", "…", "🇩", "ﬁ", "\xC2\xAD", "\xE2\x98\x80", "\xD8\x80", "\xEF\xBF\xBD", "\xEE\x80\x80"}) BOOST_TEST(render::display_width(one) == 1, one);
}

BOOST_AUTO_TEST_CASE(tables_can_be_searched) {
    require_sorted(render::zero_width_characters);
    require_sorted(render::wide_characters);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
