#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

#include <filesystem>

namespace kahn::test {
namespace {

/// A workspace with kahn in it, and a pipeline that fails, retries and writes test results.
struct Reported {
    TemporaryDirectory directory;

    Reported() {
        directory.write("ci.yaml",
                        "name: ci\n"
                        "stages:\n"
                        "  - name: build\n"
                        "    jobs:\n"
                        "      - name: make\n"
                        "        commands: ['echo built > out.txt']\n"
                        "        artifacts: [out.txt]\n"
                        "  - name: test\n"
                        "    dependencies: [build]\n"
                        "    jobs:\n"
                        "      - name: unit\n"
                        "        commands:\n"
                        "          - echo '<testsuite><testcase name=\"a\"/><testcase name=\"b\"><failure/></testcase></testsuite>' > junit.xml\n"
                        "          - echo 'went </script> wrong'\n"
                        "          - exit 3\n"
                        "        reports: {junit: '*.xml'}\n");
        directory.write("ok.yaml", "name: ok\nstages:\n  - name: s\n    jobs:\n      - name: j\n        commands: ['true']\n");
    }

    ProgramResult run(std::vector<std::string> arguments) { return kahn(std::move(arguments)).in(directory.path()).run(); }
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(report, Reported)

BOOST_AUTO_TEST_CASE(a_report_is_written_in_three_forms_and_says_where) {
    BOOST_TEST(run({"run", "ci.yaml"}).exit_code == 1);
    const auto result = run({"report", "last"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.err == "");
    const auto files = lines_of(result.out);
    BOOST_REQUIRE_EQUAL(files.size(), 3U);
    for (const std::string& file : files) {
        BOOST_TEST(file.starts_with(".kahn/runs/"), file);
        BOOST_TEST(std::filesystem::file_size(directory / file) > 1000U, file);
    }
    const std::string html = directory.read(files[0]);
    BOOST_TEST(contains(html, "went &lt;/script&gt; wrong"));
    BOOST_TEST(!contains(html, "went </script>"));
}

BOOST_AUTO_TEST_CASE(the_test_results_of_a_failed_job_are_in_the_quality_report) {
    run({"run", "ci.yaml"});
    const auto json = boost::json::parse(run({"report", "last", "--type", "quality", "--format", "json", "-o", "-"}).out);
    BOOST_TEST(json.at("metrics").at("tests") == 2);
    BOOST_TEST(json.at("metrics").at("failed_tests") == 1);
    BOOST_TEST(json.at("stages").at(1).at("jobs").at(0).at("tests").at("failed_names").at(0) == "b");
}

BOOST_AUTO_TEST_CASE(compliance_has_what_an_audit_asks_for) {
    run({"run", "ci.yaml"});
    const auto json = boost::json::parse(run({"report", "last", "--type", "compliance", "--format", "json", "-o", "-"}).out);
    BOOST_TEST(json.at("origin").at("config_digest").as_string().size() == 64U);
    BOOST_TEST(json.at("origin").at("version").is_string());
    const auto& make = json.at("stages").at(0).at("jobs").at(0);
    // echo built | sha256sum
    BOOST_TEST(make.at("artifacts").at(0).at("sha256") == "56f6e6304d02d413bb7d5d463ac5cdc58551266dc7269b467fc385815f39b913");
    BOOST_TEST(make.at("digest").as_string().size() == 64U);
}

BOOST_AUTO_TEST_CASE(a_file_is_written_where_it_is_wanted_in_the_form_of_its_name) {
    run({"run", "ci.yaml"});
    for (const auto& [file, begin] : std::vector<std::pair<std::string, std::string>>{
             {"r.html", "<!doctype html>"}, {"r.md", "# ci: "}, {"r.json", "{\"v\":1,"}, {"r.xml", "<?xml version=\"1.0\""}}) {
        const auto result = run({"report", "last", "-o", file});
        BOOST_TEST(result.exit_code == 0);
        BOOST_TEST(result.out == file + "\n");
        BOOST_TEST(directory.read(file).starts_with(begin), file);
    }
    BOOST_TEST(run({"report", "last", "--format", "trace"}).exit_code == 0);
    BOOST_TEST(run({"report", "last", "-o", "-"}).out.starts_with("# ci: "));
}

BOOST_AUTO_TEST_CASE(wrong_words_are_2_with_a_guess) {
    run({"run", "ok.yaml"});
    const auto type = run({"report", "last", "--type", "perfomance"});
    BOOST_TEST(type.exit_code == 2);
    BOOST_TEST(contains(type.err, "Did you mean 'performance'?"), type.err);
    BOOST_TEST(run({"report", "last", "--format", "pdf"}).exit_code == 2);
    BOOST_TEST(run({"report", "last", "-o", "report.pdf"}).exit_code == 2);
    const auto unknown = run({"report", "01NOBODY"});
    BOOST_TEST(unknown.exit_code == 2);
    BOOST_TEST(contains(unknown.err, "no run '01NOBODY'"), unknown.err);
}

BOOST_AUTO_TEST_CASE(a_report_that_cannot_be_written_is_74) {
    run({"run", "ok.yaml"});
    const auto result = run({"report", "last", "-o", "nowhere/r.html"});
    BOOST_TEST(result.exit_code == 74);
    BOOST_TEST(contains(result.err, "nowhere/r.html"), result.err);
    BOOST_TEST(kahn({"report", "last", "-o", "-"}).in(directory.path()).out_to("/dev/full").run().exit_code == 74);
}

BOOST_AUTO_TEST_CASE(health_tells_of_every_pipeline_and_guesses_names) {
    for (int i = 0; i < 5; ++i) run({"run", "ok.yaml"});
    run({"run", "ci.yaml"});
    const auto all = run({"health"});
    BOOST_TEST(all.exit_code == 0);
    BOOST_TEST(contains(all.out, "? ci  unknown: only 1 run ended with success or failure; a verdict needs 5\n"), all.out);
    BOOST_TEST(contains(all.out, "\u2713 ok  healthy: none of the last 5 runs failed\n"), all.out);
    const auto json = events_of(run({"health", "ok", "--json"}).out);
    BOOST_REQUIRE_EQUAL(json.size(), 1U);
    BOOST_TEST(json[0].at("health").as_string() == "healthy");
    BOOST_TEST(json[0].at("success_rate") == 100);
    const auto wrong = run({"health", "okk"});
    BOOST_TEST(wrong.exit_code == 2);
    BOOST_TEST(contains(wrong.err, "unknown pipeline 'okk'. Did you mean 'ok'?"), wrong.err);
}

BOOST_AUTO_TEST_CASE(stats_add_up_and_say_what_cannot_be_compared) {
    run({"run", "ok.yaml"});
    run({"run", "ci.yaml"});
    const auto text = run({"stats"});
    BOOST_TEST(text.exit_code == 0);
    BOOST_TEST(contains(text.out, "  runs            2: 1 ok, 1 failed, 0 cancelled\n"), text.out);
    BOOST_TEST(contains(text.out, "nothing to compare with"), text.out);
    const auto json = events_of(run({"stats", "--days", "30", "--json"}).out);
    BOOST_REQUIRE_EQUAL(json.size(), 1U);
    BOOST_TEST(json[0].at("current").at("total_runs") == 2);
    BOOST_TEST(json[0].at("runs_change").is_null());
    for (const char* days : {"0", "x", "1.5", "99999", ""}) BOOST_TEST(run({"stats", "--days", days}).exit_code == 2, days);
}

BOOST_AUTO_TEST_CASE(without_a_run_they_say_so_and_make_nothing) {
    for (const char* command : {"runs", "health", "stats"}) {
        const auto result = run({command});
        BOOST_TEST(result.exit_code == 0);
        BOOST_TEST(result.out == "");
        BOOST_TEST(contains(result.err, "no run is recorded in"), result.err);
    }
    BOOST_TEST(run({"report", "last"}).exit_code == 2);
    BOOST_TEST(!std::filesystem::exists(directory / ".kahn"));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
