#include "readme/markdown.hpp"

#include <kahn/config/load.hpp>
#include <kahn/render/graph_views.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

using namespace kahn::test;

namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

/// The files that CMake compiles because they lie where they lie.
std::optional<std::string> read_compiled(const std::string& file) {
    const auto folder = fs::path(file).parent_path();
    const bool is_compiled = folder == "apps/examples" || folder == "test/readme/snippets";
    if (!is_compiled || !fs::exists(fs::path(KAHN_TREE) / file)) return std::nullopt;
    return read_file(fs::path(KAHN_TREE) / file);
}

/// Every test case of Boost.Test, and every test that CMake names.
std::set<std::string> test_names() {
    static const std::regex boost_case("_TEST_CASE\\(\\s*([A-Za-z_0-9]+)");
    static const std::regex named("(add_test\\(NAME|kahn_lint\\(|package_test\\(|example_test\\()\\s*([a-zA-Z_/0-9]+)");
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(fs::path(KAHN_TREE) / "test")) {
        const auto extension = entry.path().extension();
        const bool is_cpp = extension == ".cpp";
        if (!is_cpp && extension != ".cmake" && entry.path().filename() != "CMakeLists.txt") continue;
        const std::string text = read_file(entry.path());
        const std::regex& pattern = is_cpp ? boost_case : named;
        for (std::sregex_iterator name(text.begin(), text.end(), pattern), none; name != none; ++name) names.insert(name->str(is_cpp ? 1 : 2));
    }
    return names;
}

const std::string readme = read_file(fs::path(KAHN_TREE) / "README.md");
const std::string promises = "## What it promises, and the tests that show it";

}  // namespace

BOOST_AUTO_TEST_SUITE(the_readme)

BOOST_AUTO_TEST_CASE(its_cpp_is_compiled) {
    for (const std::string& wrong : wrong_snippets(readme, read_compiled)) BOOST_ERROR("README.md " + wrong);
}

BOOST_AUTO_TEST_CASE(its_graph_is_that_of_the_pipeline) {
    const auto loaded = kahn::config::load_file(fs::path(KAHN_TREE) / "apps/examples/hello.yaml");
    const std::string graph = "<!-- kahn graph apps/examples/hello.yaml -->\n```mermaid\n" + kahn::render::to_mermaid(loaded.pipeline) + "```\n";
    BOOST_TEST(readme.find(graph) != std::string::npos, "README.md has another graph than this one:\n" << graph);
}

BOOST_AUTO_TEST_CASE(its_promises_have_tests) {
    const auto names = test_names();
    const auto named = names_in_last_column(readme, promises);
    BOOST_TEST(named.size() >= 30U);
    for (const std::string& name : named) BOOST_TEST(names.contains(name), "README.md promises by a test that is not there: " << name);
}

BOOST_AUTO_TEST_CASE(its_links_lead_somewhere) {
    static const std::regex link("\\]\\(([^)#:]+)(#[^)]*)?\\)");
    for (std::sregex_iterator found(readme.begin(), readme.end(), link), none; found != none; ++found) {
        BOOST_TEST(fs::exists(fs::path(KAHN_TREE) / found->str(1)), "README.md links to " << found->str(1));
    }
}

BOOST_AUTO_TEST_CASE(every_example_is_short_uses_what_users_have_and_is_told_of) {
    static const std::regex include("#include [<\"](([a-z_]+)/[^>\"]+|[a-z_]+)[>\"]");
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(KAHN_TREE) / "apps/examples")) {
        if (entry.path().extension() != ".cpp") continue;
        ++count;
        const std::string text = read_file(entry.path());
        const std::string name = entry.path().filename().string();
        BOOST_TEST(std::count(text.begin(), text.end(), '\n') < 150, name << " is to stay below 150 lines");
        BOOST_TEST(readme.find("apps/examples/" + name) != std::string::npos, name << " is not shown in the README");
        for (std::sregex_iterator found(text.begin(), text.end(), include), none; found != none; ++found) {
            const bool is_public = found->str(2) != "kahn" || fs::exists(fs::path(KAHN_TREE) / "include" / found->str(1));
            BOOST_TEST(is_public, name << " includes " << found->str(1));
        }
    }
    BOOST_TEST(count >= 5U);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(checking_a_readme)

BOOST_AUTO_TEST_CASE(snippets_that_differ_or_are_nobodys_are_told_with_their_line) {
    const auto read = [](const std::string& file) -> std::optional<std::string> {
        if (file != "a.cpp") return std::nullopt;
        return "int x;\n    //[part\n    if (x) {\n        y();\n\n    }\n    //]\n";
    };
    const auto wrong = [&](const std::string& note, const std::string& code) {
        const auto all = wrong_snippets("text\n" + note + "\n```cpp\n" + code + "```\n", read);
        return all.empty() ? std::string() : all.front();
    };
    BOOST_TEST(wrong("<!-- a.cpp: part -->", "if (x) {\n    y();\n\n}\n") == "");
    BOOST_TEST(wrong("<!-- a.cpp -->", "int x;\n    if (x) {\n        y();\n\n    }\n") == "");
    BOOST_TEST(wrong("<!-- a.cpp: part -->", "if (x) {\n    z();\n\n}\n").starts_with("line 3: is not what a.cpp: part says, which is:\nif (x)"));
    BOOST_TEST(wrong("<!-- a.cpp: other -->", "y();\n") == "line 3: a.cpp has no region `//[other`");
    BOOST_TEST(wrong("<!-- b.cpp: part -->", "y();\n") == "line 3: b.cpp is not compiled");
    BOOST_TEST(wrong("", "y();\n") == "line 3: C++ without `<!-- FILE: REGION -->` above it: nobody compiles it");
}

BOOST_AUTO_TEST_CASE(names_are_those_of_the_table_below_the_heading) {
    const std::string text = "## A\n| x | `no` |\n## B\n| a | b |\n|---|---|\n| `p` | `one`, `two` |\n| q | three |\n## C\n| r | `four` |\n";
    const std::vector<std::string> expected{"one", "two"};
    BOOST_TEST(names_in_last_column(text, "## B") == expected, boost::test_tools::per_element());
    BOOST_TEST(names_in_last_column(text, "## D").empty());
}

BOOST_AUTO_TEST_SUITE_END()
