#include "base/glob.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace kahn {
namespace {

bool text(std::string_view pattern, std::string_view subject) { return glob_match(pattern, subject, GlobKind::text); }
bool path(std::string_view pattern, std::string_view subject) { return glob_match(pattern, subject, GlobKind::path); }

/// `pattern` times over.
std::string times(int count, std::string_view pattern) {
    std::string out;
    for (int i = 0; i < count; ++i) out += pattern;
    return out;
}

BOOST_AUTO_TEST_SUITE(globs)

BOOST_AUTO_TEST_CASE(a_pattern_without_wildcards_matches_itself_as_a_whole) {
    BOOST_TEST(text("main", "main"));
    BOOST_TEST(!text("main", "mainline"));
    BOOST_TEST(!text("main", "domain"));
    BOOST_TEST(text("", ""));
    BOOST_TEST(!text("", "x"));
    BOOST_TEST(!text("x", ""));
}

BOOST_AUTO_TEST_CASE(a_star_stands_for_any_characters_also_none) {
    BOOST_TEST(text("*", ""));
    BOOST_TEST(text("*", "any/thing"));
    BOOST_TEST(text("release/*", "release/1.0/rc"));
    BOOST_TEST(text("*main*", "main"));
    BOOST_TEST(text("a*b*c", "a-b-b-c"));
    BOOST_TEST(!text("a*b*c", "a-c-b"));
    BOOST_TEST(text("**", "x"));
}

BOOST_AUTO_TEST_CASE(a_question_mark_stands_for_one_character_and_not_for_one_byte) {
    BOOST_TEST(text("v?", "v1"));
    BOOST_TEST(!text("v?", "v"));
    BOOST_TEST(!text("v?", "v12"));
    BOOST_TEST(text("?", "é"));
    BOOST_TEST(text("?", "😀"));
    BOOST_TEST(text("?", "\xff"));  // what is no UTF-8 counts byte by byte
    BOOST_TEST(!text("?", "\xff\xff"));
}

BOOST_AUTO_TEST_CASE(a_class_is_one_character_out_of_some) {
    BOOST_TEST(text("[abc]", "b"));
    BOOST_TEST(!text("[abc]", "d"));
    BOOST_TEST(text("v[0-9]", "v7"));
    BOOST_TEST(!text("v[0-9]", "vx"));
    BOOST_TEST(text("[!a-c]", "d"));
    BOOST_TEST(!text("[!a-c]", "b"));
    BOOST_TEST(text("[]a]", "]"));
    BOOST_TEST(text("[a-]", "-"));
    BOOST_TEST(text("[\\]]", "]"));
    BOOST_TEST(text("[α-ω]", "λ"));
    BOOST_TEST(text("[*]", "*"));
    BOOST_TEST(!text("[*]", "x"));
}

BOOST_AUTO_TEST_CASE(a_class_that_is_not_closed_is_itself) {
    BOOST_TEST(text("[abc", "[abc"));
    BOOST_TEST(text("a[", "a["));
    BOOST_TEST(text("[!", "[!"));
}

BOOST_AUTO_TEST_CASE(a_backslash_takes_the_next_character_literally) {
    BOOST_TEST(text("\\*", "*"));
    BOOST_TEST(!text("\\*", "x"));
    BOOST_TEST(text("a\\?b", "a?b"));
    BOOST_TEST(text("\\{a,b\\}", "{a,b}"));
    BOOST_TEST(text("{a\\,b,c}", "a,b"));
    BOOST_TEST(text("\\\\", "\\"));
    BOOST_TEST(text("a\\", "a\\"));  // with nothing to take it is itself
}

BOOST_AUTO_TEST_CASE(braces_are_alternatives_and_nest) {
    BOOST_TEST(text("{main,dev}", "main"));
    BOOST_TEST(text("{main,dev}", "dev"));
    BOOST_TEST(!text("{main,dev}", "main,dev"));
    BOOST_TEST(text("a{b,c{d,e}}f", "acef"));
    BOOST_TEST(text("{a,b}{c,d}", "bc"));
    BOOST_TEST(text("x{,y}", "x"));
    BOOST_TEST(text("*.{cpp,hpp}", "a.hpp"));
}

BOOST_AUTO_TEST_CASE(braces_without_a_comma_or_a_partner_are_themselves) {
    BOOST_TEST(text("{a}", "{a}"));
    BOOST_TEST(text("{}", "{}"));
    BOOST_TEST(text("a{b,c", "a{b,c"));
    BOOST_TEST(text("a,b}", "a,b}"));
    BOOST_TEST(text("{{a,b}", "{b"));
}

BOOST_AUTO_TEST_CASE(in_paths_wildcards_do_not_cross_a_slash) {
    BOOST_TEST(path("*.txt", "a.txt"));
    BOOST_TEST(!path("*.txt", "dir/a.txt"));
    BOOST_TEST(path("out/*/log", "out/x/log"));
    BOOST_TEST(!path("out/*/log", "out/x/y/log"));
    BOOST_TEST(!path("a?b", "a/b"));
    BOOST_TEST(!path("a[!x]b", "a/b"));
}

BOOST_AUTO_TEST_CASE(two_stars_as_a_segment_stand_for_any_number_of_segments) {
    BOOST_TEST(path("**/a.txt", "a.txt"));
    BOOST_TEST(path("**/a.txt", "x/y/a.txt"));
    BOOST_TEST(path("out/**", "out/x/y"));
    BOOST_TEST(path("out/**/log", "out/log"));
    BOOST_TEST(path("out/**/log", "out/x/y/log"));
    BOOST_TEST(!path("out/**/log", "out/x/y/log/z"));
    BOOST_TEST(path("**/x/**/y", "a/x/b/x/c/y"));
    BOOST_TEST(!path("a**b", "a/b"));  // not a segment of its own: two stars like one
    BOOST_TEST(path("a**b", "axxb"));
}

BOOST_AUTO_TEST_CASE(V08_many_stars_on_ten_kilobytes_are_answered) {
    const std::string subject(10 * 1024, 'a');
    BOOST_TEST(!text("*a*a*a*b", subject));
    BOOST_TEST(text("*a*a*a*a", subject));
    BOOST_TEST(!text(times(100, "*a") + "b", subject));
    BOOST_TEST(!path(times(40, "**/") + "b", times(5000, "a/") + "a"));
    BOOST_TEST(path(times(40, "**/") + "a", times(5000, "a/") + "a"));
}

BOOST_AUTO_TEST_CASE(V08_too_many_alternatives_never_match) {
    BOOST_TEST(text(times(9, "{a,b}"), "aaaaaaaab"));     // 512
    BOOST_TEST(!text(times(10, "{a,b}"), "aaaaaaaaab"));  // 1,024
    BOOST_TEST(!text(times(1000, "{a,b}"), "a"));
    BOOST_TEST(!text(times(5000, "{"), "a"));
    BOOST_TEST(!text(times(5000, "{a,") + "b" + times(5000, "}"), "a"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
