#include "cli/on_terminal.hpp"
#include "readme/markdown.hpp"

#include <boost/test/unit_test.hpp>

using namespace kahn::test;

namespace {

/// The text as it is at any time and on any machine: how long things took, which run it was and how wide the gaps are is left out.
std::string shape_of(std::string text) {
    static const std::vector<std::pair<std::regex, const char*>> masks{
        {std::regex("\\b([0-9]+m)?[0-9]+(\\.[0-9]+)?m?s\\b"), "TIME"},
        {std::regex("\\b01[0-9A-Z]{24}\\b"), "RUN"},
        {std::regex("kahn [0-9.]+ "), "kahn VERSION "},
        {std::regex("critical path [^]*\n +log "), "critical path\n log "},  // goes where the time went, in one line or several
        {std::regex(" *\\(output held until it ends; live: [^)]*\\)"), ""},
        {std::regex("(?:\xE2\x94\x81)+"), "="},  // the bar
        {std::regex("(?:\xE2\x94\x80)+"), "-"},
        {std::regex(" +"), " "},
    };
    for (const auto& [pattern, replacement] : masks) text = std::regex_replace(text, pattern, replacement);
    return text;
}

/// What ends first among concurrent jobs is up to the machine.
std::vector<std::string> sorted_lines(const std::string& text) {
    auto lines = lines_of(shape_of(text));
    std::sort(lines.begin(), lines.end());
    return lines;
}

/// The block below `<!-- NOTE -->` in the README.
std::string picture(const std::string& note) {
    std::ostringstream readme;
    readme << std::ifstream(KAHN_TREE "/README.md", std::ios::binary).rdbuf();
    const std::string text = readme.str();
    const std::string head = "<!-- " + note + " -->\n```\n";
    const auto from = text.find(head);
    BOOST_TEST_REQUIRE(from != std::string::npos, "README.md has no block below <!-- " << note << " -->");
    const auto begin = from + head.size();
    return text.substr(begin, text.find("```\n", begin) - begin);
}

/// Where apps/examples/hello.yaml is, with compilers that wait until they are told to go on.
struct Checkout {
    Checkout() {
        std::ostringstream file;
        file << std::ifstream(KAHN_TREE "/apps/examples/hello.yaml", std::ios::binary).rdbuf();
        std::string text = file.str();
        const std::string compiler = "CXX: g++}";
        BOOST_REQUIRE(contains(text, compiler));
        directory.write("ready.yaml", text);
        directory.write("apps/examples/hello.yaml", text.replace(text.find(compiler), compiler.size(), "CXX: sh ../../g++-when-told}"));
        directory.write("g++-when-told", "read told < ../../go-\"$5\"\nexec g++ \"$@\"\n");  // the fifth word is what it makes
        for (const char* const fifo : {"go-words", "go-words-debug"}) BOOST_REQUIRE(::mkfifo((directory / fifo).c_str(), 0600) == 0);
    }
    void go(const std::string& what) const { std::ofstream(directory / ("go-" + what)) << "go\n"; }

    TemporaryDirectory directory;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(the_pictures_of_a_run, Checkout)

BOOST_AUTO_TEST_CASE(are_what_a_terminal_shows) {
    OnTerminal kahn(directory.path(), {"run", "apps/examples/hello.yaml", "-j", "4"}, OnTerminal::Parent::nobody, 120);
    const std::string amid = picture("on a terminal, while it builds");
    const bool is_shown = kahn.becomes([&](const std::string& text) { return shape_of(text) == shape_of(amid); });
    BOOST_TEST_REQUIRE(is_shown, "README.md shows\n" << amid << "and the terminal\n" << kahn.screen.text());
    go("words-debug");
    BOOST_TEST_REQUIRE(kahn.shows("✓ debug"));
    go("words");
    BOOST_TEST(kahn.finish() == 0);
    const std::string end = picture("on a terminal, at its end");
    BOOST_TEST(sorted_lines(kahn.screen.text()) == sorted_lines(end), "README.md shows\n" << end << "and the terminal\n" << kahn.screen.text());
}

BOOST_AUTO_TEST_CASE(are_what_a_log_gets) {
    // Under its own name in the log, with the compilers as they are.
    std::filesystem::rename(directory / "ready.yaml", directory / "apps/examples/hello.yaml");
    const ProgramResult result =
        kahn::test::kahn({"run", "apps/examples/hello.yaml", "-j", "4", "--ci", "none", "--color", "never"}).in(directory.path()).run();
    BOOST_TEST(result.exit_code == 0);
    const std::string log = picture("in a log");
    BOOST_TEST(sorted_lines(result.err) == sorted_lines(log), "README.md shows\n" << log << "and the log\n" << result.err);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_CASE(a_shape_leaves_out_what_differs_from_run_to_run_and_nothing_else) {
    const std::string run = "01M8C8HJCE04VZ4X7EPP760EPX";
    BOOST_TEST(shape_of(" ✓ a   1m02.5s\n ━━── 1/2 · 300ms elapsed") == " ✓ a TIME\n =- 1/2 · TIME elapsed");
    BOOST_TEST(shape_of("  critical path  a 1s → b\n 2s  = 3s\n   log .kahn/runs/" + run) == " critical path\n log .kahn/runs/RUN");
    BOOST_TEST(shape_of("[3/9] start  b  (output held until it ends; live: a)") == "[3/9] start b");
    BOOST_TEST(shape_of("✗ b 9 jobs") != shape_of("✓ b 9 jobs"));
}
