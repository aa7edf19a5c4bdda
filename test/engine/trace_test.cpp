#include "engine/run_fixture.hpp"
#include "engine/trace_context.hpp"

#include <boost/test/unit_test.hpp>

#include <memory>
#include <set>
#include <string>
#include <variant>
#include <vector>

using namespace kahn;
using namespace kahn::test;

namespace {

const std::string trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
const std::string example = "00-" + trace_id + "-00f067aa0ba902b7-01";

struct SeenTrace final : Observer {
    std::string trace_id;
    void on_event(const Event& event) override {
        if (const auto* const started = std::get_if<event::RunStarted>(&event.what)) trace_id = started->trace_id;
    }
};

}  // namespace

BOOST_FIXTURE_TEST_SUITE(traces, RunFixture)

BOOST_AUTO_TEST_CASE(a_traceparent_is_read_as_the_standard_has_it) {
    BOOST_TEST_REQUIRE(TraceContext::parse(example).has_value());
    BOOST_TEST(TraceContext::parse(example)->trace_id() == trace_id);
    BOOST_TEST(TraceContext::parse("cc-" + trace_id + "-00f067aa0ba902b7-0f-what-the-future-brings").has_value());
    for (const std::string& bad : std::vector<std::string>
         {"", "00", example + "-more", example + "x", example.substr(1), "ff" + example.substr(2), "0G" + example.substr(2),
          "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
          "00-" + trace_id + "-0000000000000000-01", "00_" + trace_id + "-00f067aa0ba902b7-01", "cc-" + trace_id + "-00f067aa0ba902b7-0fx"}) {
        BOOST_TEST(!TraceContext::parse(bad).has_value(), bad);
    }
}

BOOST_AUTO_TEST_CASE(a_child_has_its_trace_and_flags_and_a_span_of_its_own) {
    auto trace = TraceContext::parse(example).value();
    std::set<std::string> spans;
    for (int i = 0; i < 100; ++i) {
        const std::string child = trace.new_child();
        BOOST_TEST(child.starts_with("00-" + trace_id + "-"));
        BOOST_TEST(child.ends_with("-01"));
        BOOST_TEST(TraceContext::parse(child).has_value());
        spans.insert(child);
    }
    BOOST_TEST(spans.size() == 100U);
    BOOST_TEST(TraceContext::parse("cc-" + trace_id + "-00f067aa0ba902b7-0e")->new_child().ends_with("-00"));
    BOOST_TEST(TraceContext::parse("cc-" + trace_id + "-00f067aa0ba902b7-0b")->new_child().ends_with("-01"));
}

BOOST_AUTO_TEST_CASE(traces_that_are_made_are_traces_and_differ) {
    auto one = TraceContext::make();
    BOOST_TEST(TraceContext::parse(one.new_child()).has_value());
    BOOST_TEST(one.new_child().ends_with("-01"));
    BOOST_TEST(one.trace_id() != TraceContext::make().trace_id());
}

BOOST_AUTO_TEST_CASE(each_attempt_is_a_span_of_the_runs_trace_and_digests_do_not_know_it) {
    PipelineJob again = job("again");
    again.retry_count = 1;
    executor->exits("s.again", {1, 0});
    RunOptions traced;
    traced.traceparent = example;
    run(pipeline({stage("s", {again})}), traced);
    BOOST_TEST_REQUIRE(executor->requests().size() == 2U);
    const std::string first = executor->requests()[0].environment.at("TRACEPARENT");
    const std::string second = executor->requests()[1].environment.at("TRACEPARENT");
    BOOST_TEST(first.substr(0, 36) == example.substr(0, 36));
    BOOST_TEST(first != example);
    BOOST_TEST(first != second);
    const std::string digest = job_of(*result, "s").digest;
    result.reset();
    run(pipeline({stage("s", {again})}));
    BOOST_TEST(job_of(*result, "s").digest == digest);
}

BOOST_AUTO_TEST_CASE(what_a_pipeline_says_itself_is_left) {
    Pipeline own = pipeline({single("s")});
    own.variables["TRACEPARENT"] = "mine";
    RunOptions traced;
    traced.traceparent = example;
    run(own, traced);
    BOOST_TEST(executor->requests().back().environment.at("TRACEPARENT") == "mine");
}

BOOST_AUTO_TEST_CASE(the_first_event_has_the_trace_that_was_given_or_else_one_that_was_made) {
    for (const std::string& given : {example, std::string(), std::string("nonsense")}) {
        const auto seen = std::make_shared<SeenTrace>();
        RunOptions options;
        options.traceparent = given;
        options.observers = {seen};
        result.reset();
        run(pipeline({single("s")}), options);
        const auto child = TraceContext::parse(executor->requests().back().environment.at("TRACEPARENT"));
        BOOST_TEST_REQUIRE(child.has_value());
        BOOST_TEST(seen->trace_id == child->trace_id());
        BOOST_TEST((seen->trace_id == trace_id) == (given == example));
    }
}

BOOST_AUTO_TEST_SUITE_END()
