#include <kahn/config/env_file.hpp>

#include "config/support.hpp"

#include "support/temporary_directory.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn;
using namespace kahn::config;
using namespace kahn::config::test;

namespace {

std::string wrong_with(const std::string& text) {
    try {
        parse_env_file(text, ".env");
    } catch (const ConfigError& error) {
        BOOST_TEST(error.source() == "");  // no line of it is shown
        return short_form(error.diagnostics());
    }
    return "nothing";
}

}  // namespace

BOOST_AUTO_TEST_SUITE(env_files)

BOOST_AUTO_TEST_CASE(values_are_what_is_written) {
    const Variables read = parse_env_file(
        "\xEF\xBB\xBF# a comment\n\n  \t\nPLAIN=a b # comment\n export  E = x#y \nEMPTY=\nONLY=# comment\nexport=1\r\n"
        "S='$HOME \\n # \"'\nM='one\r\n two' # comment\nD=\"a\\n\\t\\\"\\\\\\$x $HOME\n'z\"\nQ=it's \"so\"\nU=a=b=c\nLAST=end",
        ".env");
    const Variables expected{{"PLAIN", "a b"}, {"E", "x#y"}, {"EMPTY", ""}, {"ONLY", ""}, {"export", "1"}, {"S", "$HOME \\n # \""},
                             {"M", "one\n two"}, {"D", "a\n\t\"\\$x $HOME\n'z"}, {"Q", "it's \"so\""}, {"U", "a=b=c"}, {"LAST", "end"}};
    for (const auto& [name, value] : read) {
        BOOST_TEST(expected.contains(name), name);
        if (expected.contains(name)) BOOST_TEST(value == expected.at(name), name);
    }
    BOOST_TEST(read.size() == expected.size());
    BOOST_TEST(parse_env_file("", ".env").empty());
}

BOOST_AUTO_TEST_CASE(whatever_is_wrong_is_said_with_its_place_at_once) {
    BOOST_TEST(wrong_with("A=1\njust words\n  B-2=x\n=3\nA=2\n") ==
               "2:1 K039 a line is NAME=value, or begins with #\n"
               "3:3 K039 'B-2' is no name of a variable\n"
               "4:1 K039 '' is no name of a variable\n"
               "5:1 K039 'A' is given twice\n  1:1 first given here\n");
    BOOST_TEST(wrong_with("A='x\ny\n") == "1:3 K039 a quote is not closed\n");
    BOOST_TEST(wrong_with("A=\"x\\q\"\nB=1\n") == "1:5 K039 a backslash in double quotes stands before n, r, t, \", \\ or $\n");
    BOOST_TEST(wrong_with("A='x'y\n") == "1:6 K039 nothing but a comment follows a closing quote\n");
    BOOST_TEST(wrong_with("A='x'#y\n") == "1:6 K039 nothing but a comment follows a closing quote\n");
    BOOST_TEST(wrong_with(std::string("A=x\0y\n", 6)) == "1:3 K039 a value holds a NUL byte, which no variable can\n");
    BOOST_TEST(wrong_with(std::string(129, 'N') + "=1\n").find("is no name") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(only_a_regular_file_is_read) {
    const kahn::test::TemporaryDirectory directory;
    BOOST_TEST(load_env_file(directory.write(".env", "A=1\n")).at("A") == "1");
    BOOST_CHECK_THROW(load_env_file(directory / "missing"), Error);
    BOOST_CHECK_THROW(load_env_file("/dev/null"), Error);
}

BOOST_AUTO_TEST_SUITE_END()
