#include "model/expression.hpp"

#include <boost/test/unit_test.hpp>

#include <stdexcept>

namespace kahn {
namespace {

Expression parsed(std::string_view text) {
    auto result = Expression::parse(text);
    if (const auto* error = std::get_if<ExpressionError>(&result)) {
        throw std::runtime_error(std::string(text.substr(0, 100)) + ": " + error->message);
    }
    return std::get<Expression>(std::move(result));
}

bool holds(std::string_view text, const ExpressionScope& scope = {}) { return parsed(text).evaluate(scope); }

/// The text with the caret line below it, as a person would see it.
std::string complaint(std::string_view text) {
    const auto result = Expression::parse(text);
    const auto* error = std::get_if<ExpressionError>(&result);
    if (error == nullptr) return "no error";
    return std::string(error->offset, ' ') + std::string(error->length, '^') + " " + error->message;
}

ExpressionScope on_branch(std::string branch) {
    ExpressionScope scope;
    scope.branch = std::move(branch);
    return scope;
}
ExpressionScope after_failure() {
    ExpressionScope scope;
    scope.any_failed = true;
    scope.upstream_ok = false;
    return scope;
}
ExpressionScope after_cancel() {
    ExpressionScope scope;
    scope.was_cancelled = true;
    return scope;
}

BOOST_AUTO_TEST_SUITE(expressions)

BOOST_AUTO_TEST_CASE(an_empty_expression_is_success) {
    for (const std::string_view text : {"", "  \t\n"}) {
        BOOST_TEST(holds(text));
        BOOST_TEST(!holds(text, after_failure()));
        BOOST_TEST(!parsed(text).looks_at_status());
    }
}

BOOST_AUTO_TEST_CASE(status_functions_look_at_what_happened) {
    BOOST_TEST(holds("success()"));
    BOOST_TEST(!holds("success()", after_failure()));
    BOOST_TEST(!holds("failure()"));
    BOOST_TEST(holds("failure()", after_failure()));
    BOOST_TEST(holds("always()"));
    BOOST_TEST(holds("always()", after_failure()));
    BOOST_TEST(holds("always()", after_cancel()));
    BOOST_TEST(!holds("cancelled()"));
    BOOST_TEST(holds("cancelled()", after_cancel()));
}

BOOST_AUTO_TEST_CASE(failure_looks_at_every_ancestor_success_at_the_direct_ones) {
    ExpressionScope scope;
    scope.any_failed = true;  // further up, and something in between ran all the same
    BOOST_TEST(holds("success()", scope));
    BOOST_TEST(holds("failure()", scope));
}

BOOST_AUTO_TEST_CASE(the_bare_words_stand_for_the_calls) {
    BOOST_TEST(holds("success"));
    BOOST_TEST(holds("failure", after_failure()));
    BOOST_TEST(holds("always", after_failure()));
    BOOST_TEST(holds("cancelled", after_cancel()));
    BOOST_TEST(parsed("failure").looks_at_status());
}

BOOST_AUTO_TEST_CASE(without_a_status_function_success_is_implied) {
    BOOST_TEST(holds("branch == 'main'", on_branch("main")));
    ExpressionScope failed = after_failure();
    failed.branch = "main";
    BOOST_TEST(!holds("branch == 'main'", failed));
    BOOST_TEST(!holds("branch == 'main' || branch != 'main'", failed));
    BOOST_TEST(!holds("'text'", failed));
    BOOST_TEST(holds("branch == 'main' && failure()", failed));
    BOOST_TEST(holds("branch == 'main' || success()", failed));
}

BOOST_AUTO_TEST_CASE(in_a_cancelled_run_only_always_and_cancelled_can_hold) {
    for (const std::string_view text : {"always()", "cancelled", "failure() || cancelled()"}) {
        BOOST_TEST(parsed(text).survives_cancel());
        BOOST_TEST(holds(text, after_cancel()));
    }
    ExpressionScope scope = after_failure();
    scope.was_cancelled = true;
    for (const std::string_view text : {"", "success()", "failure()", "!success()", "'text'"}) {
        BOOST_TEST(!parsed(text).survives_cancel());
        BOOST_TEST(!holds(text, scope));
    }
}

BOOST_AUTO_TEST_CASE(texts_are_compared_byte_by_byte) {
    BOOST_TEST(holds("branch == 'main'", on_branch("main")));
    BOOST_TEST(!holds("branch == \"Main\"", on_branch("main")));
    BOOST_TEST(holds("branch != 'main'", on_branch("dev")));
    BOOST_TEST(holds("'main' == branch", on_branch("main")));
    BOOST_TEST(holds("(branch) == 'main'", on_branch("main")));
}

BOOST_AUTO_TEST_CASE(a_glob_stands_on_the_right) {
    BOOST_TEST(holds("branch =~ 'release/*'", on_branch("release/1.0/rc")));
    BOOST_TEST(!holds("branch =~ 'release/*'", on_branch("main")));
    BOOST_TEST(holds("branch =~ '{main,dev}'", on_branch("dev")));
}

BOOST_AUTO_TEST_CASE(names_are_looked_up_and_missing_ones_are_empty) {
    const Variables environment{{"CI", "true"}, {"OFF", "false"}, {"EMPTY", ""}};
    const Variables variables{{"kind", "nightly"}};
    ExpressionScope scope;
    scope.environment = &environment;
    scope.variables = &variables;
    BOOST_TEST(holds("env.CI == 'true' && variables.kind == \"nightly\"", scope));
    BOOST_TEST(holds("env.NONE == ''", scope));
    BOOST_TEST(holds("variables.CI == ''", scope));
    BOOST_TEST(holds("env.CI", scope));
    BOOST_TEST(!holds("env.OFF", scope));
    BOOST_TEST(!holds("env.EMPTY", scope));
    BOOST_TEST(!holds("env.NONE", scope));
    BOOST_TEST(holds("!env.NONE"));  // and without any environment
}

BOOST_AUTO_TEST_CASE(not_binds_stronger_than_and_and_stronger_than_or) {
    BOOST_TEST(holds("'' && '' || 'x'"));
    BOOST_TEST(!holds("'' && ('' || 'x')"));
    BOOST_TEST(holds("'x' || '' && ''"));
    BOOST_TEST(holds("!'' && 'x'"));
    BOOST_TEST(!holds("!('' || 'x')"));
    BOOST_TEST(holds("!!'x'"));
}

BOOST_AUTO_TEST_CASE(a_text_ends_at_the_quote_that_began_it) {
    BOOST_TEST(holds("branch == \"it's\"", on_branch("it's")));
    BOOST_TEST(holds("branch == 'say \"x\"'", on_branch("say \"x\"")));
    BOOST_TEST(holds(R"(branch == 'a\')", on_branch("a\\")));  // a backslash is a backslash
}

BOOST_AUTO_TEST_CASE(errors_stand_where_the_caret_belongs) {
    BOOST_TEST(complaint("sucess()") == "^^^^^^ unknown function 'sucess()', did you mean 'success()'?");
    BOOST_TEST(complaint("always() && brnch == 'x'") ==
               "            ^^^^^ unknown name 'brnch', did you mean 'branch'?");
    BOOST_TEST(complaint("branch == main") == "          ^^^^ unknown name 'main'; a text stands in quotes");
    BOOST_TEST(complaint("branch = 'x'") == "       ^ unexpected '=', did you mean '=='?");
    BOOST_TEST(complaint("always() and failure()") == "         ^^^ unexpected 'and', did you mean '&&'?");
    BOOST_TEST(complaint("branch == 'main") == "          ^ the text is not closed");
    BOOST_TEST(complaint("(always()") == "^ unclosed '('");
    BOOST_TEST(complaint("always())") == "        ^ unexpected ')'");
    BOOST_TEST(complaint("always(1)") == "       ^ 'always' takes no arguments: expected ')'");
    BOOST_TEST(complaint("always() &&") == "           ^ the expression ends where a condition should follow");
    BOOST_TEST(complaint("env") == "^^^ 'env' needs a name: 'env.NAME'");
    BOOST_TEST(complaint("env.") == "    ^ expected a name after 'env.'");
    BOOST_TEST(complaint("env.1A") == "    ^^ expected a name after 'env.'");
    BOOST_TEST(complaint("branch()") == "^^^^^^ 'branch' is a text, not a function");
    BOOST_TEST(complaint("!branch == 'x'") == "^^^^^^^ '==' compares texts, and this is a condition");
    BOOST_TEST(complaint("'a' == 'b' == 'c'") == "           ^^ unexpected '=='");
    BOOST_TEST(complaint("\x1b[2J") == R"(^ unexpected '\x1B')");
    BOOST_TEST(complaint("é") == "^^ unexpected 'é'");
}

BOOST_AUTO_TEST_CASE(V08_ten_kilobytes_of_parentheses_are_an_error) {
    constexpr std::size_t length = 10 * 1024;
    BOOST_TEST(complaint(std::string(length, '(')).find("nested deeper than 64 levels") != std::string::npos);
    BOOST_TEST(complaint(std::string(length, '!')).find("nested deeper than 64 levels") != std::string::npos);
    BOOST_TEST(complaint(std::string(length, ')')).find("unexpected ')'") != std::string::npos);
    BOOST_TEST(complaint(std::string(length, '\'')) != "no error");
    BOOST_TEST(complaint(std::string(length, 'a')).find("unknown name") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(V08_sixty_four_levels_are_enough_for_everybody) {
    BOOST_TEST(holds(std::string(64, '(') + "always()" + std::string(64, ')')));
    BOOST_TEST(complaint(std::string(65, '(') + "always()" + std::string(65, ')')) ==
               std::string(64, ' ') + "^ nested deeper than 64 levels");
    BOOST_TEST(holds(std::string(64, '!') + "always()"));
    // Side by side is not one in another.
    std::string wide = "(always())";
    for (int i = 0; i < 1000; ++i) wide += " && (!failure())";
    BOOST_TEST(holds(wide));
}

BOOST_AUTO_TEST_CASE(V08_a_text_beyond_64_kilobytes_is_an_error) {
    BOOST_TEST(complaint(std::string(64 * 1024 + 1, ' ')) == "^ longer than 64 KiB");
    BOOST_TEST(holds(std::string(64 * 1024, ' ')));
}

BOOST_AUTO_TEST_CASE(V08_a_glob_of_many_stars_on_ten_kilobytes_is_answered) {
    const std::string text(10 * 1024, 'a');
    BOOST_TEST(!holds("branch =~ '*a*a*a*b'", on_branch(text)));
    BOOST_TEST(holds("branch =~ '*a*a*a*a'", on_branch(text)));
}

BOOST_AUTO_TEST_CASE(V08_no_text_of_the_alphabet_makes_it_crash) {
    const std::vector<std::string> alphabet{"(",   ")",      "!",        "&&",    "||", "==", "=~",
                                            "'a'", "branch", "always()", "env.A", " ",  "x"};
    unsigned state = 1;
    std::size_t errors = 0;
    for (int i = 0; i < 20'000; ++i) {
        std::string text;
        for (int j = 0; j < 12; ++j) {
            state = state * 1664525U + 1013904223U;
            text += alphabet[(state >> 16) % alphabet.size()];
        }
        const auto result = Expression::parse(text);
        if (const auto* error = std::get_if<ExpressionError>(&result)) {
            ++errors;
            BOOST_REQUIRE(error->offset <= text.size());
            BOOST_REQUIRE(error->length >= 1U);
            BOOST_REQUIRE(error->offset + error->length <= text.size() + 1);
            BOOST_REQUIRE(!error->message.empty());
        } else {
            std::get<Expression>(result).evaluate(ExpressionScope());
        }
    }
    BOOST_TEST(errors > 0U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
