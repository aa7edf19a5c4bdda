#include "base/shell_quote.hpp"

#include <boost/test/unit_test.hpp>

namespace kahn {
namespace {

BOOST_AUTO_TEST_SUITE(quoting_for_a_shell)

BOOST_AUTO_TEST_CASE(what_no_shell_reads_otherwise_stays_as_it_is) {
    for (const char* const text : {"a", "build/lib.o", "A_1", "x@y:80", "50%", "-n"}) BOOST_TEST(shell_quoted(text) == text);
}

BOOST_AUTO_TEST_CASE(everything_else_is_one_word_in_single_quotes) {
    BOOST_TEST(shell_quoted("") == "''");
    BOOST_TEST(shell_quoted("a b") == "'a b'");
    BOOST_TEST(shell_quoted("$HOME `id` \\ \"*\" ~\n") == "'$HOME `id` \\ \"*\" ~\n'");
    BOOST_TEST(shell_quoted("it's") == "'it'\\''s'");
    BOOST_TEST(shell_quoted("'") == "''\\'''");
    BOOST_TEST(shell_quoted("a=b") == "'a=b'");  // before a command this would be an assignment
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
