#include "model/expansion.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn {
namespace {

const Variables values{
    {"A", "1"}, {"LONG_name_2", "x y"}, {"EMPTY", ""}, {"SELF", "${SELF}"}, {"EVIL", "'; rm -rf x #$(id)`id`\n"}};

std::optional<std::string_view> look_up(std::string_view name) {
    const auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
}

std::string expanded(std::string_view text) {
    const auto result = expand(text, look_up);
    if (const auto* error = std::get_if<ExpansionError>(&result)) return "error: " + error->message;
    return std::get<std::string>(result);
}

/// Where and how long and why, of both functions.
std::string complaint(std::string_view text) {
    const std::optional<ExpansionError> error = check_expansion(text);
    if (!error) return "no error";
    const auto expansion = expand(text, look_up);
    BOOST_TEST(std::get<ExpansionError>(expansion).offset == error->offset);
    return std::string(error->offset, ' ') + std::string(error->length, '^') + " " + error->message;
}

BOOST_AUTO_TEST_SUITE(expansions)

BOOST_AUTO_TEST_CASE(references_are_replaced_and_the_rest_stays) {
    BOOST_TEST(expanded("") == "");
    BOOST_TEST(expanded("plain") == "plain");
    BOOST_TEST(expanded("${A}") == "1");
    BOOST_TEST(expanded("a${A}b${LONG_name_2}c${EMPTY}") == "a1bx yc");
    BOOST_TEST(expanded("${A}${A}") == "11");
}

BOOST_AUTO_TEST_CASE(two_dollars_are_one_and_any_other_stays) {
    BOOST_TEST(expanded("$$") == "$");
    BOOST_TEST(expanded("$${A}") == "${A}");
    BOOST_TEST(expanded("$$$${A}") == "$${A}");
    BOOST_TEST(expanded("$$${A}") == "$1");
    BOOST_TEST(expanded("$A costs 5$ {A}") == "$A costs 5$ {A}");
    BOOST_TEST(expanded("$(id) `id`") == "$(id) `id`");
}

BOOST_AUTO_TEST_CASE(V01_a_value_arrives_byte_by_byte) {
    BOOST_TEST(expanded("<${EVIL}>") == "<'; rm -rf x #$(id)`id`\n>");
    const std::string large(100 * 1024, '$');
    const auto result = expand("${X}", [&](std::string_view) { return std::optional<std::string_view>(large); });
    BOOST_TEST(std::get<std::string>(result) == large);
}

BOOST_AUTO_TEST_CASE(V03_a_value_is_never_expanded_again) {
    BOOST_TEST(expanded("${SELF}") == "${SELF}");
    BOOST_TEST(expanded("${SELF}${A}") == "${SELF}1");
}

BOOST_AUTO_TEST_CASE(V04_an_unclosed_reference_is_told_with_its_place) {
    BOOST_TEST(complaint("ab${A") == "  ^^ unclosed '${'");
    BOOST_TEST(complaint("${") == "^^ unclosed '${'");
    BOOST_TEST(complaint("${A} ${B ${A}") == "     ^^ unclosed '${'");
    BOOST_TEST(complaint("${A\n}") == "^^ unclosed '${'");
}

BOOST_AUTO_TEST_CASE(what_is_no_name_is_told_with_its_place) {
    BOOST_TEST(complaint("x${}") == " ^^^ '${}' names no variable");
    BOOST_TEST(complaint("${A:-b}") == "  ^^^^ 'A:-b' is no name of a variable");
    BOOST_TEST(complaint("${1A}") == "  ^^ '1A' is no name of a variable");
    BOOST_TEST(complaint("${A}") == "no error");
}

BOOST_AUTO_TEST_CASE(an_undefined_variable_is_an_error_with_its_place) {
    const auto result = expand("a ${NONE}", look_up);
    const auto& error = std::get<ExpansionError>(result);
    BOOST_TEST(error.offset == 4U);
    BOOST_TEST(error.length == 4U);
    BOOST_TEST(error.message == "undefined variable 'NONE'");
    BOOST_TEST(!check_expansion("a ${NONE}"));
}

BOOST_AUTO_TEST_CASE(a_megabyte_of_references_is_expanded) {
    std::string text;
    for (int i = 0; i < 250'000; ++i) text += "${A}";
    BOOST_TEST(expanded(text) == std::string(250'000, '1'));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
