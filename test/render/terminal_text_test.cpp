#include "render/terminal_text.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

std::string shown(std::string_view line) {
    std::string out;
    render::append_terminal_line(out, line);
    return out;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(terminal_text)

BOOST_AUTO_TEST_CASE(plain_text_and_tabs_stay) {
    BOOST_TEST(shown("a\tb \xC3\xA4 \xE2\x9C\x93") == "a\tb \xC3\xA4 \xE2\x9C\x93");
    BOOST_TEST(shown("").empty());
}

BOOST_AUTO_TEST_CASE(colours_stay_and_are_closed) {
    BOOST_TEST(shown("\x1B[31mred\x1B[0m") == "\x1B[31mred\x1B[0m");
    BOOST_TEST(shown("\x1B[1;38;5;9mred") == "\x1B[1;38;5;9mred\x1B[0m");
    BOOST_TEST(shown("\x1B[38:2::1:2:3mred\x1B[m") == "\x1B[38:2::1:2:3mred\x1B[m");
}

BOOST_AUTO_TEST_CASE(L12_nothing_else_steers_the_terminal) {
    BOOST_TEST(shown("a\x1B[2Jb") == "ab");                            // clear the screen
    BOOST_TEST(shown("a\x1B[?1049hb\x1B[1;1H") == "ab");               // alternate screen, move
    BOOST_TEST(shown("a\x1B]52;c;ZXZpbA==\ab") == "ab");               // OSC 52 sets the clipboard
    BOOST_TEST(shown("a\x1B]0;title\x1B\\b") == "ab");                 // title
    BOOST_TEST(shown("a\x1BPq#0~\x1B\\b") == "ab");                    // DCS
    BOOST_TEST(shown("a\x1B_apc\x1B\\b\x1B^pm\ab") == "abb");          // APC, PM
    BOOST_TEST(shown("a\xC2\x9B" "2Jb") == "a2Jb");                    // CSI as one C1 character: harmless without it
    BOOST_TEST(shown("a\x9B" "2Jb") == "a\xEF\xBF\xBD" "2Jb");         // the same as a bare byte
    BOOST_TEST(shown("a\x1B" "cb\x1B(0c\x1B=d") == "abcd");            // reset, line-drawing characters, keypad
    BOOST_TEST(shown("a\b\v\f\x7F\a\x0E" "b") == "ab");
    BOOST_TEST(shown("\x1B[>4;2m\x1B[?25ma") == "a");                  // private sequences that end like a colour
    BOOST_TEST(shown(std::string_view("a\0b", 3)) == "ab");
    BOOST_TEST(shown("a\u202Eb\u2066c\u2069\u202Cd \u05D0") == "abcd \u05D0");  // reordering; right-to-left letters stay
}

BOOST_AUTO_TEST_CASE(what_is_cut_off_in_the_middle_is_dropped) {
    for (const char* const end : {"\x1B", "\x1B[", "\x1B[3", "\x1B[31;", "\x1B]0;title", "\x1BP", "\x1B("}) {
        BOOST_TEST(shown(std::string("a") + end) == "a");
    }
    BOOST_TEST(shown("a\x1B[3\x1B[31mb") == "a\x1B[31mb\x1B[0m");  // a new sequence ends an unfinished one
}

BOOST_AUTO_TEST_CASE(L04_what_is_not_utf8_is_replaced) {
    BOOST_TEST(shown("a\xFFz\xC3") == "a\xEF\xBF\xBDz\xEF\xBF\xBD");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
