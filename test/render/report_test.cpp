#include <kahn/render/report.hpp>

#include "render/html_timeline.hpp"
#include "render/markup.hpp"
#include "render/report_content.hpp"
#include "render/timeline.hpp"

#include "base/text.hpp"
#include "support/sample_report.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <array>

namespace kahn::test {
namespace {

constexpr std::array all_types{ReportType::execution, ReportType::performance, ReportType::quality, ReportType::compliance, ReportType::summary};
constexpr auto passed = PipelineStatus::success;
constexpr auto failed = PipelineStatus::failure;

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

std::size_t count(const std::string& text, std::string_view part) {
    std::size_t n = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size())) ++n;
    return n;
}

/// build (gcc ok, clang failed and allowed) -> test (unit failed) -> package (skipped)
RunRecord small_run() {
    auto skipped = job("deb");
    skipped.status = PipelineStatus::skipped;
    skipped.reason = Reason(Reason::Code::upstream_failed, "unit");
    auto clang = ran("clang", failed, 0, 2);
    clang.allow_failure = true;
    auto unit = ran("unit", failed, 3, 1.5);
    unit.error = "a < b & \"c\"\n";
    RunRecord run = record("01RUN", failed, {stage("build", {ran("gcc", passed, 0, 3), clang}), stage("test", {unit}, {"build"}), stage("package", {skipped}, {"test"})}, 4.5);
    run.pipeline.stages[0].status = passed;
    run.pipeline.stages[0].duration = seconds(3);
    run.pipeline.stages[0].start_time = at(0);
    run.pipeline.stages[1].duration = seconds(1.5);
    run.pipeline.stages[1].start_time = at(3);
    run.pipeline.stages[2].status = PipelineStatus::skipped;
    run.critical_path = {"gcc", "unit"};
    return run;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(markup)

BOOST_AUTO_TEST_CASE(html_shows_what_it_must_not_contain) {
    BOOST_TEST(render::html("<a href=\"x\">'&") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;");
    BOOST_TEST(render::html(std::string("a\0b\x1B\x7F\r\n\t", 8)) == "a\\x00b\\x1b\\x7f\\x0d\n\t");
    BOOST_TEST(render::html("\xC2\x85 \xE2\x80\xAE \xE2\x81\xA6") == "\\x85 \\u202e \\u2066");
    BOOST_TEST(render::html("\xFF \xC3\xBC") == "\xEF\xBF\xBD \xC3\xBC");
}

BOOST_AUTO_TEST_CASE(xml_has_no_character_that_xml_forbids) {
    BOOST_TEST(render::xml(std::string("a\0\x01\x1B\x0B" "b\n\t\r]]>", 12)) == "ab\n\t&#13;]]&gt;");
    BOOST_TEST(render::xml("\xEF\xBF\xBE\xEF\xBF\xBF\xEF\xBF\xBD") == "\xEF\xBF\xBD");  // U+FFFE, U+FFFF; U+FFFD may stay
    BOOST_TEST(render::xml("\xED\xA0\x80") == "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate is no UTF-8
}

BOOST_AUTO_TEST_CASE(nothing_is_formatting_in_markdown) {
    BOOST_TEST(render::markdown("a|b *c* `d` <e> [f](g)\nh") == "a\\|b \\*c\\* \\`d\\` &lt;e&gt; \\[f\\](g)\\\\x0Ah");
}

BOOST_AUTO_TEST_CASE(a_fence_is_longer_than_any_in_its_text) {
    std::string out;
    render::append_markdown_block(out, "a\n```` b");
    BOOST_TEST(out == "`````text\na\n```` b\n`````\n");
}

BOOST_AUTO_TEST_CASE(a_log_on_paper_has_no_colours) {
    BOOST_TEST(render::without_control_sequences("\x1B[1;31mred\x1B[0m\x07 \x1B]0;t\x07x\ny\n") == "red x\ny\n");
    BOOST_TEST(render::without_control_sequences("\n\n") == "\n\n");
    BOOST_TEST(render::without_control_sequences("") == "");
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(timeline)

BOOST_AUTO_TEST_CASE(marks_between_whole_seconds_are_told_from_them) {
    std::string html;
    render::append_timeline(html, record("1", passed, {stage("s", {ran("a", passed, 0, 2)})}, 2));
    for (const char* mark : {">500 ms<", ">1 s<", ">1.5 s<"}) BOOST_TEST(html.find(mark) != std::string::npos, mark);
}

BOOST_AUTO_TEST_CASE(attempts_get_the_lowest_slot_that_is_free) {
    const auto timeline = render::timeline_of(record("1", passed, {stage("s", {ran("a", passed, 0, 2), ran("b", passed, 0, 5), ran("c", passed, 2, 2), ran("d", passed, 3, 1)})}, 5));
    BOOST_REQUIRE_EQUAL(timeline.spans.size(), 4U);
    BOOST_TEST(timeline.spans[0].slot == 0U);
    BOOST_TEST(timeline.spans[1].slot == 1U);
    BOOST_TEST(timeline.spans[2].slot == 0U);  // a has just ended
    BOOST_TEST(timeline.spans[3].slot == 2U);
    BOOST_TEST(timeline.slots == 3U);
    BOOST_TEST((timeline.work == seconds(10)));
}

BOOST_AUTO_TEST_CASE(a_running_attempt_reaches_to_the_end_of_what_is_known) {
    RunRecord run = record("1", PipelineStatus::running, {stage("s", {ran("a", PipelineStatus::running, 1, 0), ran("b", passed, 1, 6)})}, 0);
    const auto timeline = render::timeline_of(run);
    BOOST_TEST((timeline.spans[0].end == seconds(7)));
}

BOOST_AUTO_TEST_CASE(a_run_that_never_started_has_none) {
    RunRecord run = record("1", failed, {stage("s", {ran("a", passed)})});
    run.pipeline.start_time.reset();
    BOOST_TEST(render::timeline_of(run).spans.empty());
}

BOOST_AUTO_TEST_CASE(an_axis_has_a_handful_of_marks_whatever_the_length) {
    for (const double length : {0.001, 0.0123, 0.5, 1.0, 3.3, 59.0, 61.0, 89.7, 599.0, 3601.0, 86400.0, 2592000.0}) {
        const auto marks = seconds(length) / render::tick_of(seconds(length));
        BOOST_TEST_CONTEXT(length) {
            BOOST_TEST(marks >= 1);
            BOOST_TEST(marks < 8);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(reports)

BOOST_AUTO_TEST_CASE(junit_has_a_suite_a_stage_and_a_case_a_job) {
    BOOST_TEST(render::to_junit(small_run()) ==
               "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
               "<testsuites name=\"test\" tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"2\" time=\"4.500\">\n"
               "<testsuite name=\"build\" id=\"0\" tests=\"2\" failures=\"0\" errors=\"0\" skipped=\"1\" time=\"3.000\" timestamp=\"2026-01-01T00:00:00\">\n"
               "<testcase name=\"gcc\" classname=\"test.build\" time=\"3.000\"/>\n"
               "<testcase name=\"clang\" classname=\"test.build\" time=\"2.000\">\n"
               "<skipped message=\"failed, allowed: exit 1\"/>\n"
               "</testcase>\n"
               "</testsuite>\n"
               "<testsuite name=\"test\" id=\"1\" tests=\"1\" failures=\"1\" errors=\"0\" skipped=\"0\" time=\"1.500\" timestamp=\"2026-01-01T00:00:03\">\n"
               "<testcase name=\"unit\" classname=\"test.test\" time=\"1.500\">\n"
               "<failure message=\"failed: exit 1\" type=\"exit_code\">\n"
               "a &lt; b &amp; &quot;c&quot;\n"
               "</failure>\n"
               "<system-err>a &lt; b &amp; &quot;c&quot;\n"
               "</system-err>\n"
               "</testcase>\n"
               "</testsuite>\n"
               "<testsuite name=\"package\" id=\"2\" tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\" time=\"0.000\" timestamp=\"2026-01-01T00:00:00\">\n"
               "<testcase name=\"deb\" classname=\"test.package\" time=\"0.000\">\n"
               "<skipped message=\"skipped: upstream failed: unit\"/>\n"
               "</testcase>\n"
               "</testsuite>\n"
               "</testsuites>\n");
}

BOOST_AUTO_TEST_CASE(junit_of_hostile_names_and_logs_is_still_xml_1_0) {
    const std::string text = render::to_junit(hostile_report().run);
    BOOST_TEST(is_utf8(text));
    BOOST_TEST(std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t' && c != '\r'; }));
    BOOST_TEST(!has(text, "<script"));
    BOOST_TEST(!has(text, "<!--"));
    BOOST_TEST(count(text, "<testcase") == 12U);
    BOOST_TEST(count(text, "</testcase>") == 5U);  // what passed has nothing to close
}

BOOST_AUTO_TEST_CASE(a_trace_has_a_thread_a_worker_and_an_event_an_attempt) {
    const auto trace = boost::json::parse(render::to_trace(sample_report().run));
    std::size_t jobs = 0;
    std::size_t workers = 0;
    for (const auto& event : trace.at("traceEvents").as_array()) {
        if (event.at("ph") == "M") workers += event.at("name") == "thread_name" && event.at("pid") == 2 ? 1U : 0U;
        else if (event.at("cat") == "job") ++jobs;
    }
    BOOST_TEST(jobs == 11U);
    BOOST_TEST(workers == 3U);
}

BOOST_AUTO_TEST_CASE(a_trace_is_this_text) {
    const std::string trace = render::to_trace(record("01RUN", passed, {stage("s", {ran("a", passed, 0.5, 2, 0.25)})}, 3));
    BOOST_TEST(trace ==
               "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"run\":\"01RUN\",\"pipeline\":\"test\",\"status\":\"success\",\"trace_id\":null,\"start\":\"2026-01-01T00:00:00.000000000Z\"},\"traceEvents\":[\n"
               "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":1,\"tid\":0,\"args\":{\"name\":\"test: stages\"}},\n"
               "{\"ph\":\"M\",\"name\":\"process_name\",\"pid\":2,\"tid\":0,\"args\":{\"name\":\"test: workers\"}},\n"
               "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":1,\"tid\":0,\"args\":{\"name\":\"s\"}},\n"
               "{\"ph\":\"M\",\"name\":\"thread_name\",\"pid\":2,\"tid\":0,\"args\":{\"name\":\"worker 1\"}},\n"
               "{\"ph\":\"X\",\"name\":\"a\",\"cat\":\"job\",\"pid\":2,\"tid\":0,\"ts\":500000,\"dur\":2000000,\"args\":{\"stage\":\"s\",\"job\":\"a\",\"attempt\":1,\"status\":\"success\",\"reason\":null,\"queued_us\":250000,\"critical_path\":false}}\n"
               "]}\n");
}

BOOST_AUTO_TEST_CASE(every_type_is_one_line_of_json) {
    for (const ReportType type : all_types) {
        for (const PipelineReport& report : {sample_report(type), hostile_report(type)}) {
            const std::string text = render::to_json(report);
            BOOST_TEST(std::count(text.begin(), text.end(), '\n') == 1);
            const auto json = boost::json::parse(text);
            BOOST_TEST(json.at("type").as_string() == to_string(type));
            BOOST_TEST(json.at("stages").as_array().size() == 7U);
            BOOST_TEST(json.at("metrics").at("passed_jobs") == 7);
        }
    }
}

BOOST_AUTO_TEST_CASE(json_of_execution_has_attempts_and_of_compliance_has_digests) {
    const auto execution = boost::json::parse(render::to_json(sample_report(ReportType::execution)));
    const auto& unit = execution.at("stages").at(4).at("jobs").at(0);
    BOOST_TEST(unit.at("attempts").as_array().size() == 2U);
    BOOST_TEST(unit.at("attempts").at(0).at("duration_ms") == 9100);
    const auto compliance = boost::json::parse(render::to_json(sample_report(ReportType::compliance)));
    const auto& gcc = compliance.at("stages").at(3).at("jobs").at(0);
    BOOST_TEST(gcc.at("artifacts").at(0).at("bytes") == 4'831'016);
    BOOST_TEST(compliance.at("origin").at("user") == "ada");
    BOOST_TEST(compliance.at("origin").at("trace_id") == "4bf92f3577b34da6a3ce929d0e0e4736");
    // printf 'gcc\0' | sha256sum
    BOOST_TEST(gcc.at("commands_sha256") == "ab345a64089904876434b851ddacd13e9b92cf5faab998c6ee94edf00f19586d");
}

BOOST_AUTO_TEST_CASE(what_is_not_known_is_null) {
    PipelineReport empty;
    empty.type = ReportType::quality;
    const auto json = boost::json::parse(render::to_json(empty));
    BOOST_TEST(json.at("metrics").at("success_rate").is_null());
    BOOST_TEST(json.at("metrics").at("worker_use").is_null());
    BOOST_TEST(json.at("metrics").at("job_durations").is_null());
    BOOST_TEST(json.at("history").at("failing_since").is_null());
    BOOST_TEST(json.at("health").at("average_duration_ms").is_null());
}

BOOST_AUTO_TEST_CASE(an_empty_run_makes_every_report) {
    for (const ReportType type : all_types) {
        PipelineReport empty;
        empty.type = type;
        BOOST_TEST(has(render::to_html(empty), "</html>"));
        BOOST_TEST(has(render::to_markdown(empty), "# "));
    }
}

BOOST_AUTO_TEST_CASE(markdown_of_the_summary_is_this_text) {
    PipelineReport report;
    report.type = ReportType::summary;
    report.execution_id = "01RUN";
    report.run = small_run();
    report.generated_at = at(60);
    report.metrics.start_time = at(0);
    report.metrics.duration = seconds(4.5);
    report.metrics.total_jobs = 4;
    report.metrics.executed_jobs = 3;
    report.metrics.passed_jobs = 1;
    report.metrics.failed_jobs = 2;
    report.metrics.skipped_jobs = 1;
    report.metrics.success_rate = 100.0 / 3;
    report.health.explanation = "no run";
    report.findings = {"unit failed: exit 1."};
    BOOST_TEST(render::to_markdown(report) ==
               "# test: \u2717 failed\n\n"
               "summary report of run `01RUN`, started 2026-01-01 00:00:00 UTC, written 2026-01-01 00:01:00 UTC\n\n"
               "- unit failed: exit 1.\n\n"
               "| Figure | Value | Detail |\n| --- | ---: | --- |\n"
               "| Duration | 4.50s |  |\n"
               "| Jobs | 4 | 1 ok, 2 failed, 1 skipped |\n"
               "| Success rate | 33.3 % | 1 of 3 executed jobs |\n"
               "| Health | unknown | no run |\n"
               "\n## What did not pass\n\n"
               "| Job | Result | Time | Detail |\n| --- | --- | ---: | --- |\n"
               "| clang | \u2248 failed, allowed | 2.00s | exit 1 |\n"
               "| unit | \u2717 failed | 1.50s | exit 1 |\n"
               "| deb | \u2298 skipped | - | upstream failed: unit |\n"
               "\n## Critical path\n\n"
               "The longest chain of jobs by measured time: only what shortens it shortens the run.\n\n"
               "| Job | Time | Share of the run |\n| --- | ---: | ---: |\n"
               "| gcc | 3.00s | 66.7 % |\n"
               "| unit | 1.50s | 33.3 % |\n");
}

BOOST_AUTO_TEST_CASE(html_needs_nothing_from_outside) {
    for (const ReportType type : all_types) {
        const std::string page = render::to_html(hostile_report(type));
        for (const char* part : {"<script", "<img", "<link", "<iframe", "http://", "https://", "url(http", "@import", " href="}) {
            BOOST_TEST_CONTEXT(part) { BOOST_TEST(!has(page, part)); }
        }
        BOOST_TEST(has(page, "default-src 'none'"));
        BOOST_TEST(is_utf8(page));
    }
}

BOOST_AUTO_TEST_CASE(the_end_of_a_log_begins_with_a_whole_line) {
    auto unit = ran("unit", failed, 0, 1);
    unit.output = "st of a line\nthe next\n";
    unit.error = "all of it\n";
    unit.attempts.back().outcome.output_bytes = 5000;
    auto whole = ran("whole", failed, 0, 1);
    whole.output = "all of this\nas well\n";
    whole.attempts.back().outcome.output_bytes = whole.output.size();
    auto long_line = ran("long", failed, 0, 1);
    long_line.output = "the end of a very long line\n";
    long_line.attempts.back().outcome.output_bytes = 5000;
    PipelineReport report = sample_report(ReportType::execution);
    report.run = record("01RUN", failed, {stage("s", {unit, whole, long_line})}, 1);
    for (const std::string& text : {render::to_html(report), render::to_markdown(report)}) {
        BOOST_TEST(!has(text, "st of a line"));
        for (const char* kept : {"the next\n", "all of it\n", "all of this\nas well\n", "the end of a very long line\n"}) BOOST_TEST(has(text, kept));
    }
}

BOOST_AUTO_TEST_CASE(an_interrupted_run_is_not_called_running) {
    PipelineReport report = sample_report(ReportType::summary);
    report.run.pipeline.status = PipelineStatus::running;
    report.run.is_interrupted = true;
    BOOST_TEST(has(render::to_html(report), "interrupted"));
    BOOST_TEST(boost::json::parse(render::to_json(report)).at("status") == "interrupted");
}

BOOST_AUTO_TEST_CASE(a_run_of_many_jobs_is_cut_in_html_and_whole_in_json) {
    std::vector<PipelineJob> jobs;
    for (int i = 0; i < 5000; ++i) jobs.push_back(ran("job" + std::to_string(i), passed, 0.001 * i, 1));
    PipelineReport report;
    report.type = ReportType::execution;
    report.run = record("1", passed, {stage("s", jobs)}, 6);
    const std::string page = render::to_html(report);
    BOOST_TEST(page.size() < 2'000'000U);
    BOOST_TEST(has(page, "4600 more jobs are not drawn"));
    BOOST_TEST(has(page, "4000 more are in the JSON report"));
    BOOST_TEST(boost::json::parse(render::to_json(report)).at("stages").at(0).at("jobs").as_array().size() == 5000U);
}

BOOST_AUTO_TEST_CASE(health_is_a_few_plain_lines) {
    PipelineHealth health;
    health.pipeline_name = "ci";
    health.explanation = "no run has ended with success or failure; a verdict needs 5";
    BOOST_TEST(render::to_text(health) == "? ci  unknown: no run has ended with success or failure; a verdict needs 5\n");
    health.status = HealthStatus::degraded;
    health.explanation = "the last run failed; 1 of the last 5 runs failed";
    health.runs = 5;
    health.success_rate = 75;
    health.run_success_rate = 80;
    health.average_duration = seconds(3);
    health.p50_duration = seconds(3);
    health.p95_duration = seconds(4.8);
    health.last_execution = outcome("01RUN", failed, 0, 2);
    health.failing_since.emplace();
    health.failing_since->run = "01RUN";
    health.failing_since->time = at(0);
    health.failing_since->runs = 1;
    BOOST_TEST(render::to_text(health) ==
               "\u2248 ci  degraded: the last run failed; 1 of the last 5 runs failed\n"
               "  success rate    75.0 % of jobs, 80.0 % of 5 runs\n"
               "  duration        average 3.00s, p50 3.00s, p95 4.80s\n"
               "  last execution  01RUN \u2717 failed, 2026-01-01 00:00:00 UTC, 2.00s\n"
               "  failing since   run 01RUN, 2026-01-01 00:00:00 UTC, 1 run\n");
}

BOOST_AUTO_TEST_CASE(a_summary_without_runs_says_so) {
    MetricsSummary summary;
    summary.days = 7;
    summary.current.since = at(0);
    summary.current.until = at(604800);
    BOOST_TEST(render::to_text(summary) ==
               "last 7 days, 2026-01-01 00:00:00 UTC to 2026-01-08 00:00:00 UTC\n"
               "  no run has ended in this time\n"
               "  trend           no run ended in the 7 days before: nothing to compare with\n");
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
