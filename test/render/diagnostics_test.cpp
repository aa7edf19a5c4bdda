#include <kahn/render/diagnostics.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

Diagnostic diagnostic(int line, int column, std::size_t length, std::string label = "here") {
    Diagnostic d;
    d.code = "K012";
    d.message = "something is wrong";
    d.location = SourceLocation(line, column);
    d.length = length;
    d.label = std::move(label);
    return d;
}

std::string one(const Diagnostic& d, std::string_view source) { return render::to_text({&d, 1}, "ci.yaml", source); }

/// The line with the carets, and the one above it.
std::string marked(const Diagnostic& d, std::string_view source) {
    const std::string text = one(d, source);
    const auto source_line = text.find('\n', text.find("   |\n")) + 1;
    const auto end = text.find('\n', text.find('\n', source_line) + 1);
    return text.substr(source_line, end - source_line);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(diagnostics)

BOOST_AUTO_TEST_CASE(a_diagnostic_shows_position_line_caret_and_help) {
    std::string source(51, '\n');
    source += "    dependancies: [unit]\nnext\n";
    Diagnostic d = diagnostic(52, 5, 12, "did you mean 'dependencies'?");
    d.message = "unknown key 'dependancies' in job 'package'";
    d.help = "job keys are: commands, name";
    BOOST_TEST(one(d, source) ==
               "error[K012]: unknown key 'dependancies' in job 'package'\n"
               "  --> ci.yaml:52:5\n"
               "   |\n"
               "52 |     dependancies: [unit]\n"
               "   |     ^^^^^^^^^^^^ did you mean 'dependencies'?\n"
               "   = help: job keys are: commands, name\n"
               "\n"
               "kahn: 1 error in ci.yaml (explain a code: kahn explain K012)\n");
}

BOOST_AUTO_TEST_CASE(related_places_follow_with_their_own_marks) {
    Diagnostic d = diagnostic(2, 1, 4, "again");
    RelatedPlace first;
    first.location = SourceLocation(1, 1);
    first.length = 4;
    first.message = "first here";
    d.related.push_back(first);
    BOOST_TEST(one(d, "name: a\nname: b\n") ==
               "error[K012]: something is wrong\n"
               "  --> ci.yaml:2:1\n"
               "   |\n"
               " 2 | name: b\n"
               "   | ^^^^ again\n"
               "   |\n"
               " 1 | name: a\n"
               "   | ---- first here\n"
               "\n"
               "kahn: 1 error in ci.yaml (explain a code: kahn explain K012)\n");
}

BOOST_AUTO_TEST_CASE(errors_and_warnings_are_counted_apart) {
    Diagnostic warning = diagnostic(1, 1, 1, "");
    warning.severity = Diagnostic::Severity::warning;
    const std::vector<Diagnostic> all{diagnostic(1, 1, 1), warning, diagnostic(1, 1, 1)};
    const std::string text = render::to_text(all, "ci.yaml", "x");
    BOOST_TEST(text.ends_with("\nkahn: 2 errors, 1 warning in ci.yaml (explain a code: kahn explain K012)\n"));
    BOOST_TEST(text.find("warning[K012]: something is wrong\n") != std::string::npos);
    BOOST_TEST(render::to_text({}, "ci.yaml", "x").empty());
}

BOOST_AUTO_TEST_CASE(a_tab_is_four_spaces_and_the_caret_stands_below_its_byte) {
    BOOST_TEST(marked(diagnostic(1, 2, 3), "\tkey: v\n") == " 1 |     key: v\n   |     ^^^ here");
    BOOST_TEST(marked(diagnostic(1, 1, 1), "\tkey: v\n") == " 1 |     key: v\n   | ^^^^ here");
}

BOOST_AUTO_TEST_CASE(a_caret_counts_cells_and_not_bytes) {
    BOOST_TEST(marked(diagnostic(1, 6, 1), "\xC3\xA4\xC3\xB6 x\n") == " 1 | \xC3\xA4\xC3\xB6 x\n   |    ^ here");
    BOOST_TEST(marked(diagnostic(1, 4, 1), "\xE6\xBC\xA2x\n") == " 1 | \xE6\xBC\xA2x\n   |   ^ here");         // wide
    BOOST_TEST(marked(diagnostic(1, 4, 1), "e\xCC\x81x\n") == " 1 | e\xCC\x81x\n   |  ^ here");                  // combining
    BOOST_TEST(marked(diagnostic(1, 1, 3), "\xE6\xBC\xA2x\n") == " 1 | \xE6\xBC\xA2x\n   | ^^ here");
}

BOOST_AUTO_TEST_CASE(control_characters_are_made_printable) {
    BOOST_TEST(marked(diagnostic(1, 2, 1), "\x1B[31m\xFF\n") == " 1 | \\x1B[31m\\xFF\n   |     ^ here");
    Diagnostic d = diagnostic(0, 0, 1, "");
    d.message = "name 'a\x1B]0;x\a' is bad";
    BOOST_TEST(one(d, "").find('\x1B') == std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_long_line_is_cut_around_the_caret) {
    const std::string source = std::string(500, 'a') + "WRONG" + std::string(500, 'b');
    BOOST_TEST(marked(diagnostic(1, 501, 5), source) == " 1 | …" + std::string(40, 'a') + "WRONG" + std::string(75, 'b') +
                                                            "…\n   | " + std::string(41, ' ') + "^^^^^ here");
}

BOOST_AUTO_TEST_CASE(a_mark_ends_with_its_line) {
    BOOST_TEST(marked(diagnostic(1, 3, 99), "abcd\r\nefgh\n") == " 1 | abcd\n   |   ^^ here");
    BOOST_TEST(marked(diagnostic(1, 5, 1), "abcd\nefgh\n") == " 1 | abcd\n   |     ^ here");
    BOOST_TEST(marked(diagnostic(1, 99, 1), "abcd\nefgh\n") == " 1 | abcd\n   |     ^ here");
}

BOOST_AUTO_TEST_CASE(without_a_position_or_a_source_there_is_no_line) {
    BOOST_TEST(one(diagnostic(0, 0, 1, ""), "") == "error[K012]: something is wrong\n  --> ci.yaml\n\nkahn: 1 error in ci.yaml (explain a code: kahn explain K012)\n");
    BOOST_TEST(one(diagnostic(7, 3, 1, "here"), "x\n") ==
               "error[K012]: something is wrong\n  --> ci.yaml:7:3\n   = line 7: here\n\nkahn: 1 error in ci.yaml (explain a code: kahn explain K012)\n");
}

BOOST_AUTO_TEST_CASE(many_diagnostics_in_one_huge_line_take_linear_time) {
    // 100,000 in a line of 10 MB: anything that looked at the whole line each time would not end within the limit.
    const std::string source(10'000'000, 'x');
    std::vector<Diagnostic> many;
    for (int i = 0; i < 100'000; ++i) many.push_back(diagnostic(1, 1 + i * 100, 1));
    const std::string text = render::to_text(many, "ci.json", source);
    BOOST_TEST(text.ends_with("kahn: 100000 errors in ci.json (explain a code: kahn explain K012)\n"));
    BOOST_TEST(text.size() < 50'000'000U);
}

BOOST_AUTO_TEST_CASE(as_json_they_keep_every_field) {
    Diagnostic d = diagnostic(2, 3, 4);
    d.help = "say \"please\"";
    RelatedPlace place;
    place.location = SourceLocation(1, 1);
    place.message = "first";
    d.related.push_back(place);
    BOOST_TEST(render::to_json({&d, 1}, "ci.yaml") ==
               "{\"file\":\"ci.yaml\",\"valid\":false,\"diagnostics\":[{\"code\":\"K012\",\"severity\":\"error\","
               "\"message\":\"something is wrong\",\"line\":2,\"column\":3,\"length\":4,\"label\":\"here\","
               "\"help\":\"say \\\"please\\\"\",\"related\":[{\"line\":1,\"column\":1,\"length\":1,\"message\":\"first\"}]}]}\n");
    d.severity = Diagnostic::Severity::warning;
    BOOST_TEST(boost::json::parse(render::to_json({&d, 1}, "x")).at("valid").as_bool());
}

BOOST_AUTO_TEST_CASE(github_gets_one_command_a_diagnostic_and_nothing_breaks_out_of_it) {
    Diagnostic d = diagnostic(1, 9, 3, "did you mean 'unit'?");
    d.message = "100 %: no such\nname, really";
    BOOST_TEST(render::to_github({&d, 1}, "a,b:c.yaml", "k: \u00e4\u00f6 unt\n") ==
               "::error file=a%2Cb%3Ac.yaml,line=1,col=7,endColumn=10,title=K012::100 %25: no such\\x0Aname, really%0Adid you mean 'unit'?\n");
    d.severity = Diagnostic::Severity::warning;
    d.location = SourceLocation();
    d.label.clear();
    d.message = "m";
    BOOST_TEST(render::to_github({&d, 1}, "f", "") == "::warning file=f,title=K012::m\n");
}

BOOST_AUTO_TEST_CASE(a_sarif_log_holds_every_file_with_its_rules) {
    const std::vector<render::RuleText> rules{{"K011", "a title", "An explanation."}, {"K012", "another", "Another."}};
    render::SarifLog log("1.2.3", rules);
    Diagnostic d = diagnostic(2, 4, 2, "here");
    RelatedPlace first;
    first.location = SourceLocation(1, 1);
    first.message = "first";
    d.related.push_back(first);
    log.add({&d, 1}, "dir/a b.yaml", "name\n\u00e4\u00e4x\n");
    d.code = "K099";  // of no rule that was given
    log.add({&d, 1}, "-", "");
    const auto root = boost::json::parse(log.finish()).as_object();
    BOOST_TEST(root.at("version").as_string() == "2.1.0");
    const auto& run = root.at("runs").at(0);
    BOOST_TEST(run.at("tool").at("driver").at("version").as_string() == "1.2.3");
    BOOST_TEST(run.at("tool").at("driver").at("rules").as_array().size() == 2U);
    BOOST_TEST(run.at("columnKind").as_string() == "unicodeCodePoints");
    const auto& results = run.at("results").as_array();
    BOOST_TEST_REQUIRE(results.size() == 2U);
    BOOST_TEST(results[0].at("ruleIndex").as_int64() == 1);
    BOOST_TEST(results[0].at("level").as_string() == "error");
    BOOST_TEST(results[0].at("message").at("text").as_string() == "something is wrong\nhere");
    const auto& place = results[0].at("locations").at(0).at("physicalLocation");
    BOOST_TEST(place.at("artifactLocation").at("uri").as_string() == "dir/a%20b.yaml");
    BOOST_TEST(place.at("region").at("startLine").as_int64() == 2);
    BOOST_TEST(place.at("region").at("startColumn").as_int64() == 3);  // two letters of two bytes before it, cut in the middle
    BOOST_TEST(results[0].at("relatedLocations").at(0).at("message").at("text").as_string() == "first");
    BOOST_TEST(!results[1].as_object().contains("ruleIndex"));
    BOOST_TEST(results[1].at("locations").at(0).at("physicalLocation").at("artifactLocation").at("uri").as_string() == "stdin");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
