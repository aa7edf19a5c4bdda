#include "base/text.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

namespace kahn {
namespace {

using Names = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(texts)

BOOST_AUTO_TEST_CASE(a_slip_of_the_hand_finds_what_was_meant) {
    const Names names{"dependencies", "environment", "artifacts", "name"};
    BOOST_TEST(did_you_mean("dependancies", names).value_or("") == "dependencies");
    BOOST_TEST(did_you_mean("artefacts", names).value_or("") == "artifacts");
    BOOST_TEST(did_you_mean("nmae", names).value_or("") == "name");
}

BOOST_AUTO_TEST_CASE(something_else_altogether_finds_nothing) {
    const Names names{"dependencies", "name"};
    BOOST_TEST(!did_you_mean("timeout", names));
    BOOST_TEST(!did_you_mean("", names));
    BOOST_TEST(!did_you_mean(std::string(100'000, 'n'), names));
    BOOST_TEST(!did_you_mean("name", Names{}));
}

BOOST_AUTO_TEST_CASE(utf8_is_what_rfc_3629_says) {
    BOOST_TEST(is_utf8(""));
    BOOST_TEST(is_utf8("aé€😀"));
    BOOST_TEST(is_utf8("\xF4\x8F\xBF\xBF"));   // U+10FFFF
    BOOST_TEST(!is_utf8("\xF4\x90\x80\x80"));  // beyond
    BOOST_TEST(!is_utf8("\xC0\x80"));          // overlong
    BOOST_TEST(!is_utf8("\xE0\x9F\xBF"));      // overlong
    BOOST_TEST(!is_utf8("\xF0\x8F\xBF\xBF"));  // overlong
    BOOST_TEST(!is_utf8("\xED\xA0\x80"));      // a surrogate
    BOOST_TEST(!is_utf8("\x80"));
    BOOST_TEST(!is_utf8("\xE2\x82"));  // cut off
    BOOST_TEST(!is_utf8("\xFF"));
}

BOOST_AUTO_TEST_CASE(a_sequence_has_the_length_that_its_first_byte_says) {
    BOOST_TEST(utf8_sequence_length("") == 0U);
    BOOST_TEST(utf8_sequence_length("a") == 1U);
    BOOST_TEST(utf8_sequence_length("éa") == 2U);
    BOOST_TEST(utf8_sequence_length("€") == 3U);
    BOOST_TEST(utf8_sequence_length("😀x") == 4U);
    BOOST_TEST(utf8_sequence_length("\xC3") == 0U);
}

BOOST_AUTO_TEST_CASE(base64_is_that_of_rfc_4648) {
    BOOST_TEST(to_base64("") == "");
    BOOST_TEST(to_base64("f") == "Zg==");
    BOOST_TEST(to_base64("fo") == "Zm8=");
    BOOST_TEST(to_base64("foo") == "Zm9v");
    BOOST_TEST(to_base64("foobar") == "Zm9vYmFy");
    BOOST_TEST(to_base64("\xff\xfe\xfd") == "//79");
}

BOOST_AUTO_TEST_CASE(a_slug_is_fit_for_a_file_name) {
    BOOST_TEST(slug("unit (gcc)") == "unit-gcc");
    BOOST_TEST(slug("../../etc/passwd") == "etc-passwd");
    BOOST_TEST(slug("Build v1.2") == "build-v1.2");
    BOOST_TEST(slug("") == "x");
    BOOST_TEST(slug("...") == "x");
    BOOST_TEST(slug("é") == "x");
    BOOST_TEST(slug(std::string(500, 'a')).size() == 60U);
}

BOOST_AUTO_TEST_CASE(printable_text_cannot_steer_a_terminal) {
    BOOST_TEST(printable("plain é 😀") == "plain é 😀");
    BOOST_TEST(printable("a\nb\tc") == R"(a\x0Ab\x09c)");
    BOOST_TEST(printable("\x1b[2J\x7f") == R"(\x1B[2J\x7F)");
    BOOST_TEST(printable("\xC2\x9B"
                         "2J") == R"(\xC2\x9B2J)");  // CSI as C1
    BOOST_TEST(printable("\xff") == R"(\xFF)");
    BOOST_TEST(printable("gpj.\u202Etxt") == R"(gpj.\xE2\x80\xAEtxt)");
    BOOST_TEST(printable("\u2067\u05D0") == "\\xE2\\x81\\xA7\u05D0");
    BOOST_TEST(printable(std::string_view("\0", 1)) == R"(\x00)");
}

BOOST_AUTO_TEST_CASE(names_are_joined_with_something_between) {
    BOOST_TEST(join(Names{}, ", ") == "");
    BOOST_TEST(join(Names{"a"}, ", ") == "a");
    BOOST_TEST(join(Names{"a", "b", "c"}, ", ") == "a, b, c");
    BOOST_TEST(join(Names{"", "", ""}, ",") == ",,");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
