#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>

namespace kahn::test {
namespace {

constexpr const char* diamond =
    "name: diamond\n"
    "description: four stages\n"
    "triggers: [manual]\n"
    "stages:\n"
    "  - name: fetch\n"
    "    jobs: [{name: fetch, commands: ['touch it-ran']}]\n"
    "  - name: build\n"
    "    dependencies: [fetch]\n"
    "    jobs:\n"
    "      - {name: gcc, commands: [make]}\n"
    "      - {name: clang, commands: [make], dependencies: [gcc]}\n"
    "  - name: lint\n"
    "    dependencies: [fetch]\n"
    "    jobs: [{name: lint, commands: [make lint]}]\n"
    "  - name: deploy\n"
    "    dependencies: [build, lint]\n"
    "    conditions: {branch: main}\n"
    "    jobs: [{name: deploy, commands: [make deploy]}]\n";

struct Files {
    Files() { directory.write("ci.yaml", diamond); }

    ProgramResult kahn_here(std::vector<std::string> arguments) { return kahn(std::move(arguments)).in(directory.path()).run(); }

    TemporaryDirectory directory;
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(look, Files)

BOOST_AUTO_TEST_CASE(a_valid_file_is_one_line) {
    const ProgramResult result = kahn_here({"validate", "ci.yaml"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.out == "ci.yaml: valid: 4 stages, 5 jobs\n");
    BOOST_TEST(result.err == "");
}

BOOST_AUTO_TEST_CASE(every_problem_of_every_file_is_told_with_its_place) {
    directory.write("bad.yaml", "name: p\nstages:\n  - name: a\n    dependancies: []\n    jobs: [{name: j, commands: [x], timeout: soon}]\n");
    const ProgramResult result = kahn_here({"validate", "ci.yaml", "bad.yaml", "missing.yaml"});
    BOOST_TEST(result.exit_code == 3);
    BOOST_TEST(result.out == "ci.yaml: valid: 4 stages, 5 jobs\n");
    BOOST_TEST(contains(result.err, "  --> bad.yaml:4:5\n"));
    BOOST_TEST(contains(result.err, " 4 |     dependancies: []\n   |     ^^^^^^^^^^^^"));
    BOOST_TEST(contains(result.err, "  --> bad.yaml:5:"));
    BOOST_TEST(contains(result.err, "kahn: 2 errors in bad.yaml (explain a code: kahn explain K"));
    BOOST_TEST(contains(result.err, "missing.yaml"));
    BOOST_TEST(contains(result.err, "No such file or directory"));
}

BOOST_AUTO_TEST_CASE(problems_as_json_are_an_object_a_file) {
    directory.write("bad.json", "{\"name\": \"p\"}");
    const ProgramResult result = kahn_here({"validate", "--format", "json", "ci.yaml", "bad.json"});
    BOOST_TEST(result.exit_code == 3);
    BOOST_TEST(result.err == "");
    const auto objects = events_of(result.out);
    BOOST_REQUIRE(objects.size() == 2U);
    BOOST_TEST(objects[0].at("valid").as_bool());
    BOOST_TEST(!objects[1].at("valid").as_bool());
    BOOST_TEST(objects[1].at("file").as_string() == "bad.json");
    BOOST_TEST(!objects[1].at("diagnostics").as_array().empty());
}

BOOST_AUTO_TEST_CASE(problems_of_all_files_make_one_sarif_log) {
    directory.write("bad.json", "{\"name\": \"p\"}");
    const ProgramResult result = kahn_here({"validate", "--format", "sarif", "ci.yaml", "bad.json", "missing.yaml"});
    BOOST_TEST(result.exit_code == 3);
    BOOST_TEST(result.err == "");
    const auto log = boost::json::parse(result.out);
    const auto& run = log.at("runs").at(0);
    BOOST_TEST_REQUIRE(run.at("results").as_array().size() == 2U);
    const auto& missing_key = run.at("results").at(0);
    const auto rule = static_cast<std::size_t>(missing_key.at("ruleIndex").as_int64());
    BOOST_TEST(run.at("tool").at("driver").at("rules").at(rule).at("id").as_string() == missing_key.at("ruleId").as_string());
}

BOOST_AUTO_TEST_CASE(problems_as_workflow_commands_are_a_line_each) {
    directory.write("bad.yaml", "name: p\nstagez: []\n");
    const ProgramResult result = kahn_here({"validate", "--format", "github", "bad.yaml"});
    BOOST_TEST(result.exit_code == 3);
    BOOST_TEST(result.out.starts_with("::error file=bad.yaml,line="));
    BOOST_TEST(contains(result.out, "\n::error file=bad.yaml,line=2,col=1,endColumn=7,title=K012::unknown key 'stagez' in the pipeline%0A"));
}

BOOST_AUTO_TEST_CASE(every_code_is_explained) {
    const ProgramResult all = kahn({"explain"}).run();
    BOOST_TEST(all.exit_code == 0);
    std::istringstream lines(all.out);
    int codes = 0;
    for (std::string line; std::getline(lines, line); ++codes) {
        const ProgramResult one = kahn({"explain", line.substr(0, 4)}).run();
        BOOST_TEST(one.exit_code == 0);
        BOOST_TEST(one.out.starts_with(line.substr(0, 4) + ": " + line.substr(6) + "\n\n"));
        BOOST_TEST(one.out.size() > line.size() + 40);
    }
    BOOST_TEST(codes > 30);
    BOOST_TEST(kahn({"explain", "k012"}).run().out.starts_with("K012: "));
}

BOOST_AUTO_TEST_CASE(C05_what_is_no_regular_file_is_refused_at_once) {
    BOOST_REQUIRE(::mkfifo((directory / "fifo.yaml").c_str(), 0600) == 0);
    for (const std::string file : {"fifo.yaml", "/dev/zero", ".", "missing.yaml", "/proc/self/mem"}) {
        for (const std::string command : {"validate", "plan", "graph", "run"}) {
            const ProgramResult result = kahn_here({command, file});
            BOOST_TEST_CONTEXT(command << ' ' << file << ": " << result.err) {
                BOOST_TEST(!result.was_too_slow);
                BOOST_TEST(result.exit_code == 3);
                BOOST_TEST(result.out == "");
                BOOST_TEST(contains(result.err, "error[K"));
            }
        }
    }
}

BOOST_AUTO_TEST_CASE(standard_input_is_a_file_called_dash) {
    const ProgramResult valid = kahn({"validate", "-"}).fed(diamond).run();
    BOOST_TEST(valid.exit_code == 0);
    BOOST_TEST(contains(valid.out, ": valid: 4 stages, 5 jobs\n"));
    BOOST_TEST(kahn({"graph", "-"}).fed(diamond).run().out.starts_with("graph TD\n"));
    BOOST_TEST(kahn({"validate", "-"}).fed("").run().exit_code == 3);
    const ProgramResult bad = kahn({"run", "-"}).fed("name: [").run();
    BOOST_TEST(bad.exit_code == 3);
    BOOST_TEST(contains(bad.err, "error[K"));
}

BOOST_AUTO_TEST_CASE(a_plan_shows_levels_and_skips_and_runs_nothing) {
    const ProgramResult result = kahn_here({"plan", "ci.yaml", "-j", "3", "--branch", "feature/x"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.err == "");
    BOOST_TEST(contains(result.out, "level 0   fetch\nlevel 1   build (gcc, clang)   lint\n"));
    BOOST_TEST(contains(result.out, "skip      deploy          conditions: branch is 'feature/x', needs 'main'\n"));
    BOOST_TEST(contains(result.out, "with 3 workers"));
    BOOST_TEST(!std::filesystem::exists(directory / "it-ran"));
    BOOST_TEST(!std::filesystem::exists(directory / ".kahn"));
    BOOST_TEST(contains(kahn_here({"plan", "ci.yaml", "--branch", "main", "-j", "0"}).out, "level 2   deploy\n"));
}

BOOST_AUTO_TEST_CASE(a_dry_run_adds_the_commands_and_runs_nothing) {
    const ProgramResult result = kahn_here({"run", "ci.yaml", "--dry-run", "--stage", "lint"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(contains(result.out, "level 0   fetch\nlevel 1   lint\n"));
    BOOST_TEST(contains(result.out, "fetch › fetch\n    $ touch it-ran\nlint › lint\n    $ make lint\n"));
    BOOST_TEST(!contains(result.out, "deploy"));
    BOOST_TEST(!std::filesystem::exists(directory / "it-ran"));
    BOOST_TEST(!std::filesystem::exists(directory / ".kahn"));
}

BOOST_AUTO_TEST_CASE(a_graph_comes_in_three_formats) {
    BOOST_TEST(kahn_here({"graph", "ci.yaml"}).out.starts_with("graph TD\n    s0[\"fetch<br/>1 job\"]\n"));
    BOOST_TEST(kahn_here({"graph", "ci.yaml", "--format", "dot"}).out.starts_with("digraph \"diamond\" {\n"));
    const ProgramResult json = kahn_here({"graph", "ci.yaml", "--format", "json"});
    BOOST_TEST(events_of(json.out).at(0).at("levels").as_int64() == 3);
}

BOOST_AUTO_TEST_CASE(a_listed_file_shows_stages_jobs_and_what_they_wait_for) {
    const ProgramResult result = kahn_here({"list", "ci.yaml"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.out ==
               "diamond: four stages\n  fetch\n    fetch\n  build  (after fetch)\n    gcc\n    clang  (after gcc)\n"
               "  lint  (after fetch)\n    lint\n  deploy  (after build, lint)\n    deploy\n");
    const auto json = events_of(kahn_here({"list", "ci.yaml", "--json"}).out);
    BOOST_REQUIRE(json.size() == 1U);
    BOOST_TEST(json[0].at("stages").as_array().size() == 4U);
}

BOOST_AUTO_TEST_CASE(a_listed_directory_shows_its_pipelines_and_what_was_meant_as_one) {
    directory.write("other.yml", "name: x\nservices: [a]\n");
    directory.write("package.json", "{\"name\": \"web\", \"scripts\": {}}");
    directory.write("broken.yaml", "name: x\nstages:\n  - name: a\n");
    directory.write("b.json", "{\"name\": \"b\", \"stages\": [{\"name\": \"s\", \"jobs\": [{\"name\": \"j\", \"commands\": [\"x\"]}]}]}");
    directory.write("notes.txt", diamond);
    const ProgramResult result = kahn_here({"list"});
    BOOST_TEST(result.exit_code == 0);
    BOOST_TEST(result.out ==
               "b.json       b  1 stage, 1 job\n"
               "broken.yaml  invalid: 1 error\n"
               "ci.yaml      diamond  4 stages, 5 jobs\n");
    BOOST_TEST(events_of(kahn_here({"list", ".", "--json"}).out).size() == 3U);
    const ProgramResult missing = kahn_here({"list", "nowhere"});
    BOOST_TEST(missing.exit_code == 3);
}

BOOST_AUTO_TEST_CASE(the_doctor_tells_containment_versions_and_limits) {
    const ProgramResult result = kahn_here({"doctor"});
    BOOST_TEST(result.exit_code == 0);
    for (const char* const what : {"kahn ", "containment ", "guard ", "cores ", "open files ", "processes ", "Boost 1."}) {
        BOOST_TEST(contains(result.out, what));
    }
    BOOST_TEST((contains(result.out, "cgroup2") || contains(result.out, "subreaper") || contains(result.out, "session")));
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
