#include <kahn/model/diagnostic.hpp>
#include <kahn/model/pipeline.hpp>

#include <boost/test/unit_test.hpp>

#include <functional>

namespace kahn {
namespace {

Pipeline example() {
    Pipeline pipeline;
    pipeline.name = "ci";
    PipelineStage build("build", {PipelineJob("compile", {"make"}), PipelineJob("lint", {"make lint"})});
    PipelineStage test("test", {PipelineJob("unit", {"make check"})});
    test.dependencies = {"build"};
    pipeline.stages = {build, test};
    return pipeline;
}

Diagnostic diagnostic(std::string message, SourceLocation location, std::string code = "K012") {
    Diagnostic out;
    out.code = std::move(code);
    out.message = std::move(message);
    out.location = location;
    return out;
}

BOOST_AUTO_TEST_SUITE(definitions)

BOOST_AUTO_TEST_CASE(every_part_of_a_definition_counts_for_equality) {
    using Change = std::function<void(Pipeline&)>;
    const std::vector<Change> changes{
        [](Pipeline& p) { p.name = "x"; },
        [](Pipeline& p) { p.description = "x"; },
        [](Pipeline& p) { p.variables["x"] = "y"; },
        [](Pipeline& p) { p.triggers = {Trigger::push}; },
        [](Pipeline& p) { p.timeout = std::chrono::seconds(1); },
        [](Pipeline& p) { p.stages.pop_back(); },
        [](Pipeline& p) { p.stages[0].name = "x"; },
        [](Pipeline& p) { p.stages[1].dependencies.clear(); },
        [](Pipeline& p) { p.stages[0].environment["x"] = "y"; },
        [](Pipeline& p) { p.stages[0].allow_failure = true; },
        [](Pipeline& p) { p.stages[0].parallel = false; },
        [](Pipeline& p) { p.stages[0].conditions.branch = {"main"}; },
        [](Pipeline& p) { p.stages[0].conditions.environment["x"] = "y"; },
        [](Pipeline& p) { p.stages[0].conditions.custom = "always()"; },
        [](Pipeline& p) { p.stages[0].jobs[0].name = "x"; },
        [](Pipeline& p) { p.stages[0].jobs[0].commands.push_back("x"); },
        [](Pipeline& p) { p.stages[0].jobs[0].environment["x"] = "y"; },
        [](Pipeline& p) { p.stages[0].jobs[0].artifacts = {"x"}; },
        [](Pipeline& p) { p.stages[0].jobs[1].dependencies = {"compile"}; },
        [](Pipeline& p) { p.stages[0].jobs[0].timeout = std::chrono::seconds(1); },
        [](Pipeline& p) { p.stages[0].jobs[0].retry_count = 1; },
        [](Pipeline& p) { p.stages[0].jobs[0].retry_delay = std::chrono::seconds(1); },
        [](Pipeline& p) { p.stages[0].jobs[0].allow_failure = true; },
        [](Pipeline& p) { p.stages[0].jobs[0].working_directory = "x"; },
    };
    BOOST_TEST((example() == example()));
    for (std::size_t i = 0; i < changes.size(); ++i) {
        Pipeline changed = example();
        changes[i](changed);
        BOOST_TEST_CONTEXT("change " << i) { BOOST_TEST((changed != example())); }
    }
}

BOOST_AUTO_TEST_CASE(results_and_places_do_not_count_for_equality) {
    Pipeline run = example();
    run.run_id = "01J9ZK4Q";
    run.status = PipelineStatus::failure;
    run.reason = Reason(Reason::Code::job_failed, "x");
    run.source = "ci.yaml";
    run.stages[0].location = SourceLocation(3, 4);
    run.stages[0].status = PipelineStatus::success;
    run.stages[0].jobs[0].exit_code = 3;
    run.stages[0].jobs[0].output = "text";
    run.stages[0].jobs[0].attempts.emplace_back();
    BOOST_TEST((run == example()));
}

BOOST_AUTO_TEST_CASE(a_stage_is_found_by_its_name) {
    Pipeline pipeline = example();
    BOOST_REQUIRE(pipeline.find_stage("test") != nullptr);
    BOOST_TEST(pipeline.find_stage("test") == &pipeline.stages[1]);
    BOOST_TEST(pipeline.find_stage("Test") == nullptr);
    BOOST_TEST(std::as_const(pipeline).find_stage("build") == &pipeline.stages[0]);
    BOOST_TEST(pipeline.job_count() == 3U);
    BOOST_TEST(Pipeline().job_count() == 0U);
}

BOOST_AUTO_TEST_CASE(every_trigger_word_is_read_back) {
    for (const std::string_view word : {"push", "pull_request", "manual", "schedule"}) {
        BOOST_REQUIRE(parse_trigger(word).has_value());
        BOOST_TEST(to_string(*parse_trigger(word)) == word);
    }
    BOOST_TEST(!parse_trigger("pull request"));
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(problems)

BOOST_AUTO_TEST_CASE(a_diagnostic_is_one_line_with_its_place) {
    Diagnostic d = diagnostic("unknown key 'dependancies' in job 'package'", SourceLocation(52, 5));
    BOOST_TEST(to_line("ci.yaml", d) == "ci.yaml:52:5: error[K012]: unknown key 'dependancies' in job 'package'");
    BOOST_TEST(to_line("", d) == "52:5: error[K012]: unknown key 'dependancies' in job 'package'");
    d.severity = Diagnostic::Severity::warning;
    d.location = SourceLocation();
    BOOST_TEST(to_line("ci.yaml", d) == "ci.yaml: warning[K012]: unknown key 'dependancies' in job 'package'");
    BOOST_TEST(to_line("", d) == "warning[K012]: unknown key 'dependancies' in job 'package'");
}

BOOST_AUTO_TEST_CASE(a_name_in_a_diagnostic_cannot_make_a_second_line) {
    BOOST_TEST(to_line("a\nb", diagnostic("x\n\x1b[1m", SourceLocation(1, 1), "")) ==
               R"(a\x0Ab:1:1: error: x\x0A\x1B[1m)");
}

BOOST_AUTO_TEST_CASE(a_config_error_tells_everything_sorted_by_place) {
    const ConfigError error(Errc::invalid_config, "ci.yaml", "text",
                            {diagnostic("second", SourceLocation(7, 1)), diagnostic("first", SourceLocation(2, 9)),
                             diagnostic("third", SourceLocation(7, 1))});
    BOOST_TEST(std::string(error.what()) ==
               "ci.yaml:2:9: error[K012]: first\nci.yaml:7:1: error[K012]: second\nci.yaml:7:1: error[K012]: third");
    BOOST_TEST(error.diagnostics().at(0).message == "first");
    BOOST_TEST(error.file() == "ci.yaml");
    BOOST_TEST(error.source() == "text");
    BOOST_TEST((error.code() == make_error_code(Errc::invalid_config)));
}

BOOST_AUTO_TEST_CASE(a_config_error_without_diagnostics_still_says_something) {
    BOOST_TEST(std::string(ConfigError(Errc::config_not_found, "x", "", {}).what()) ==
               "x: the pipeline configuration cannot be read");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace
}  // namespace kahn
