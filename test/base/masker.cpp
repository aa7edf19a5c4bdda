// No secret in the output: at any split, in any form, overlapping any other; and every other byte as it came.
#include <kahn/base/masker.hpp>

#include "base/secret_forms.hpp"
#include "base/text.hpp"
#include "base/text_matcher.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace kahn {
namespace {

using Texts = std::vector<std::string>;

std::shared_ptr<const Masker> masker_of(const Texts& secrets) { return std::make_shared<const Masker>(secrets); }

/// In pieces of the given sizes, the last one again and again.
std::string masked(const std::shared_ptr<const Masker>& masker, std::string_view text, std::vector<std::size_t> sizes) {
    MaskingStream stream(masker);
    std::string out;
    for (std::size_t i = 0; !text.empty(); ++i) {
        const auto piece = text.substr(0, sizes[std::min(i, sizes.size() - 1)]);
        stream.feed(piece, out);
        text.remove_prefix(piece.size());
    }
    stream.finish(out);
    return out;
}

/// What masking is, without any automaton: every place is looked at for every form.
class Reference {
public:
    explicit Reference(const Texts& secrets) {
        for (const std::string& secret : secrets) {
            for (const std::string& form : secret_forms(secret)) {
                forms_.push_back(TextMatcher::normal_form(form));
            }
        }
        std::erase_if(forms_, [](const std::string& form) { return form.size() < Masker::shortest; });
    }

    std::string mask(std::string_view text) const {
        std::vector<bool> is_secret(text.size());
        for (std::size_t at = 0; at < text.size(); ++at) {
            for (const std::string& form : forms_) {
                const std::size_t end = match(text, at, form);
                std::fill(is_secret.begin() + static_cast<std::ptrdiff_t>(at), is_secret.begin() + static_cast<std::ptrdiff_t>(std::max(at, end)), true);
            }
        }
        std::string out;
        for (std::size_t at = 0; at < text.size(); ++at) {
            if (!is_secret[at]) out += text[at];
            else if (at == 0 || !is_secret[at - 1]) out += Masker::replacement;
        }
        return out;
    }

private:
    /// Where the form ends that begins at `at`; 0: none does.
    static std::size_t match(std::string_view text, std::size_t at, const std::string& form) {
        for (const char wanted : form) {
            std::size_t gap = 0;
            while (wanted == ' ' && at + gap < text.size() && TextMatcher::is_space(static_cast<unsigned char>(text[at + gap]))) ++gap;
            const bool is_right = wanted == ' ' ? gap > 0 && gap <= Masker::longest_gap : at < text.size() && text[at] == wanted;
            if (!is_right) return 0;
            at += wanted == ' ' ? gap : 1;
        }
        return at;
    }

    Texts forms_;
};

/// The same from the reference, at once, and in every split into two and into single bytes.
void check_all_splits(const Texts& secrets, const std::string& text) {
    const auto masker = masker_of(secrets);
    const std::string expected = Reference(secrets).mask(text);
    BOOST_TEST(masker->mask(text) == expected);
    BOOST_TEST(masker->finds_in(text) == (expected != text));
    BOOST_TEST(masked(masker, text, {1}) == expected);
    for (std::size_t split = 1; split < text.size(); ++split) {
        if (masked(masker, text, {split, text.size()}) != expected) BOOST_ERROR("split at " << split << " of: " << text);
    }
}

BOOST_AUTO_TEST_SUITE(masking)

BOOST_AUTO_TEST_CASE(L06_a_secret_is_hidden_at_every_split_and_nothing_else_changes) {
    check_all_splits({"hunter22"}, "user hunter22, again hunter22hunter22 and hunter2 hunter22");
    check_all_splits({"hunter22"}, "hunter22");
    check_all_splits({"hunter22"}, "hunhunter2hunter22\n");
    check_all_splits({"aaaaaa"}, "aaaaaaaaaaaaaaa b aaaaa");
    BOOST_TEST(masker_of({"hunter22"})->mask("a hunter22 b hunter22hunter22 c") == "a *** b *** c");
}

BOOST_AUTO_TEST_CASE(L06_every_pair_of_overlapping_secrets_is_hidden_at_every_split) {
    // All that one text can do to another: stand inside, overlap at either end, begin alike, touch.
    const std::string text = "abcabcabdabc";
    Texts parts;
    for (std::size_t at = 0; at < text.size(); ++at) {
        for (std::size_t length = Masker::shortest; at + length <= text.size(); ++length) parts.push_back(text.substr(at, length));
    }
    for (const std::string& a : parts) {
        for (const std::string& b : parts) check_all_splits({a, b}, "x" + text + "abcab" + text);
    }
}

BOOST_AUTO_TEST_CASE(L06_any_secrets_in_any_text_are_hidden_as_the_definition_says) {
    std::mt19937 random(20261126);
    const auto any = [&random](std::string_view alphabet, std::size_t length) {
        std::string text;
        while (text.size() < length) text += alphabet[random() % alphabet.size()];
        return text;
    };
    for (int round = 0; round < 300; ++round) {
        Texts secrets;
        for (std::size_t i = 0, count = 1 + random() % 3; i < count;) {
            secrets.push_back("a" + any("ab \n", 4 + random() % 8) + "b");
            if (Masker::accepts(secrets.back())) ++i;
            else secrets.pop_back();
        }
        std::string text;
        while (text.size() < 120) text += random() % 3 == 0 ? secrets[random() % secrets.size()] : any("ab \r\n", 1 + random() % 9);
        const auto masker = masker_of(secrets);
        const std::string expected = Reference(secrets).mask(text);
        BOOST_TEST(masker->mask(text) == expected);
        for (int i = 0; i < 20; ++i) {
            std::vector<std::size_t> sizes;
            for (int n = 0; n < 12; ++n) sizes.push_back(1 + random() % 20);
            BOOST_TEST(masked(masker, text, sizes) == expected);
        }
    }
}

BOOST_AUTO_TEST_CASE(only_what_may_begin_a_secret_is_held_back) {
    MaskingStream stream(masker_of({"hunter22"}));
    std::string out;
    stream.feed("Password: ", out);
    BOOST_TEST(out == "Password: ");
    stream.feed("hunt", out);
    BOOST_TEST(out == "Password: ");
    stream.feed("ing hun", out);
    BOOST_TEST(out == "Password: hunting ");
    stream.finish(out);
    BOOST_TEST(out == "Password: hunting hun");
    stream.feed("ter22", out);  // another stream
    stream.finish(out);
    BOOST_TEST(out == "Password: hunting hunter22");
}

BOOST_AUTO_TEST_CASE(a_secret_inside_the_beginning_of_a_longer_one_is_hidden_at_the_end) {
    MaskingStream stream(masker_of({"hunter22", "xx hunter22 yy"}));
    std::string out;
    stream.feed("xx hunter22 y", out);
    BOOST_TEST(out == "");
    stream.finish(out);
    BOOST_TEST(out == "xx *** y");
}

BOOST_AUTO_TEST_CASE(L08_a_line_end_in_a_secret_is_any_white_space) {
    const std::string secret = "first line\nsecond line\n\nthird\n";
    for (const std::string_view end : {"\n", "\r\n", " ", "\t", "\r", "\n    ", " \r\n\r\n "}) {
        std::string text = "key=[first line";
        text.append(end).append("second line").append(end).append("third").append(end).append("]");
        const auto masker = masker_of({secret});
        BOOST_TEST(masker->mask(text) == "key=[***" + std::string(end) + "]");
        BOOST_TEST(masked(masker, text, {1}) == "key=[***" + std::string(end) + "]");
    }
    check_all_splits({secret}, "a first line\r\nsecond line\r\n\r\nthird\r\n b first line\nsecond lime");
    const std::string far = "first line" + std::string(Masker::longest_gap, ' ') + "second line third";
    BOOST_TEST(masker_of({secret})->mask(far) == "***");
    const std::string too_far = "first line" + std::string(Masker::longest_gap + 1, ' ') + "second line third";
    BOOST_TEST(masker_of({secret})->mask(too_far) == too_far);
}

BOOST_AUTO_TEST_CASE(L09_base64_of_a_text_with_the_secret_shows_nothing_of_it) {
    const std::string secret = "s3cr3t/+value~~";
    const auto masker = masker_of({secret});
    for (std::size_t before = 0; before < 7; ++before) {
        for (std::size_t after = 0; after < 4; ++after) {
            const std::string digits = to_base64(std::string(before, 'p') + secret + std::string(after, 'q'));
            const std::string shown = masker->mask(digits);
            // What is left are digits that the text around has a part in.
            BOOST_TEST(shown.find("***") != std::string::npos);
            BOOST_TEST(shown.size() <= (before * 8 + 5) / 6 + 3 + (after * 8 + 5) / 6 + 4);
        }
    }
    const std::string long_secret = std::string(50, 'x') + "0123456789" + std::string(50, 'y');
    std::string lines = to_base64(long_secret + "\n");
    lines.insert(76, "\n");
    BOOST_TEST(masker_of({long_secret})->mask("[" + lines + "]") == "[***]");
}

BOOST_AUTO_TEST_CASE(L09_a_secret_is_hidden_as_URLs_JSON_and_shells_write_it) {
    const std::string secret = "p@ss w/\"q\" 'r' <\\$> \xc3\xa9";
    const auto masker = masker_of({secret});
    for (const std::string_view form : {
             "p%40ss%20w%2F%22q%22%20%27r%27%20%3C%5C%24%3E%20%C3%A9", "p%40ss+w%2F%22q%22+%27r%27+%3C%5C%24%3E+%C3%A9",
             "p%40ss%20w%2f%22q%22%20%27r%27%20%3c%5c%24%3e%20%c3%a9", "p%40ss%20w%2F%22q%22%20'r'%20%3C%5C%24%3E%20%C3%A9",
             "p%40ss%20w/%22q%22%20%27r%27%20%3C%5C%24%3E%20%C3%A9", R"(p@ss w/\"q\" 'r' <\\$> é)", R"(p@ss w\/\"q\" 'r' <\\$> é)",
             R"(p@ss w/\"q\" 'r' <\\$> \u00e9)", R"(p@ss w/\"q\" 'r' \u003c\\$\u003e é)", R"(p@ss w/"q" '\''r'\'' <\$> é)",
             R"(p@ss w/"q" '"'"'r'"'"' <\$> é)", R"(p@ss w/\"q\" 'r' <\\\$> é)", R"(p@ss\ w/\"q\"\ \'r\'\ \<\\\$\>\ é)",
             R"(p@ss w/"q" \'r\' <\\$> é)", R"(p@ss w/"q" \'r\' <\\$> \303\251)"}) {
        BOOST_TEST(masker->mask("[" + std::string(form) + "]") == "[***]");
    }
    BOOST_TEST(masker_of({"line one\nline two"})->mask(R"({"key":"line one\nline two\n"} $'line one\nline two')") ==
               R"({"key":"***\n"} $'***')");
}

BOOST_AUTO_TEST_CASE(L10_what_is_too_short_is_not_accepted) {
    for (const std::string_view secret : {"", "12345", "  12345\n", "\n\n\n\n\n\n\n", "1   2   3"}) BOOST_TEST(!Masker::accepts(secret));
    for (const std::string_view secret : {"123456", " 123456 ", "1 2\n3\n\n4"}) BOOST_TEST(Masker::accepts(secret));
}

BOOST_AUTO_TEST_CASE(bytes_that_are_no_text_stay_as_they_are) {
    std::string bytes;
    for (int round = 0; round < 3; ++round) {
        for (int byte = 0; byte < 256; ++byte) bytes += static_cast<char>(byte);
        bytes += "hunter2";
    }
    check_all_splits({"hunter22"}, bytes);
    BOOST_TEST(masker_of({"hunter22"})->mask(bytes) == bytes);
}

BOOST_AUTO_TEST_CASE(without_secrets_every_text_is_its_own) {
    BOOST_TEST(masker_of({})->mask("anything at all") == "anything at all");
    BOOST_TEST(!masker_of({})->finds_in("anything at all"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
