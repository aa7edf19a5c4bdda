#include <kahn/render/ndjson.hpp>

#include "render/event_feed.hpp"
#include "support/pipelines.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

namespace kahn::test {
namespace {

using namespace std::chrono_literals;

struct Fixture {
    Fixture() : feed(pipeline({stage("test", {job("unit (gcc)")}), single("lint", {"test"})}), &render::to_ndjson) {}

    EventFeed<decltype(&render::to_ndjson)> feed;
};

std::string without_head(const std::string& line) {
    const auto at = line.find("\"run\":\"01J9ZK4Q\",");
    BOOST_REQUIRE(at != std::string::npos);
    return line.substr(at + std::string_view("\"run\":\"01J9ZK4Q\",").size());
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(ndjson, Fixture)

BOOST_AUTO_TEST_CASE(a_run_starts_with_its_size_and_file) {
    BOOST_TEST(feed.start(2, 10) ==
               "{\"v\":1,\"seq\":0,\"ts\":\"2026-11-23T15:04:05.123456789Z\",\"type\":\"run_started\",\"run\":\"01J9ZK4Q\","
               "\"pipeline\":\"test\",\"jobs\":2,\"levels\":2,\"config\":\"ci.yaml\",\"workers\":10,\"trace_id\":null}\n");
}

BOOST_AUTO_TEST_CASE(a_stage_starts_and_ends_by_name) {
    BOOST_TEST(without_head(feed.emit(event::StageStarted{feed.stage(0)})) == "\"stage\":\"test\"}\n");
    feed.stage(0).status = PipelineStatus::skipped;
    feed.stage(0).reason = Reason(Reason::Code::condition, "branch is 'x', needs 'main'");
    feed.stage(0).duration = 7ms;
    BOOST_TEST(without_head(feed.emit(event::StageFinished{feed.stage(0)})) ==
               "\"stage\":\"test\",\"status\":\"skipped\",\"reason\":\"condition\",\"detail\":\"branch is 'x', needs 'main'\","
               "\"duration_ms\":7}\n");
}

BOOST_AUTO_TEST_CASE(a_job_starts_before_its_process_and_says_so) {
    BOOST_TEST(without_head(feed.start_job(0)) ==
               "\"stage\":\"test\",\"job\":\"unit (gcc)\",\"attempt\":1,\"pid\":null,\"queued_ms\":12}\n");
    BOOST_TEST(without_head(feed.emit(event::CommandStarted{feed.stage(0), feed.job(0), 1, 2, 4242})) ==
               "\"stage\":\"test\",\"job\":\"unit (gcc)\",\"attempt\":1,\"index\":2,\"pid\":4242}\n");
}

BOOST_AUTO_TEST_CASE(output_goes_out_as_text_with_its_offset) {
    BOOST_TEST(without_head(feed.emit(event::JobOutput{feed.stage(0), feed.job(0), 1, OutputStream::stderr_stream, 17,
                                                       "a \"b\"\t\x1B[1m\xC3\xA4\n"})) ==
               "\"stage\":\"test\",\"job\":\"unit (gcc)\",\"attempt\":1,\"stream\":\"stderr\",\"offset\":17,"
               "\"text\":\"a \\\"b\\\"\\t\\u001b[1m\xC3\xA4\\n\"}\n");
}

BOOST_AUTO_TEST_CASE(L04_output_that_is_not_utf8_goes_out_as_base64) {
    const std::string line = feed.emit(
        event::JobOutput{feed.stage(0), feed.job(0), 1, OutputStream::stdout_stream, 0, std::string_view("\xFF\x00\x01", 3)});
    BOOST_TEST(line.find("\"text\"") == std::string::npos);
    BOOST_TEST(line.ends_with("\"offset\":0,\"data_b64\":\"/wAB\"}\n"));
}

BOOST_AUTO_TEST_CASE(a_retry_says_why_and_when_the_next_one_is) {
    feed.start_job(0);
    feed.job(0).attempts.back().outcome.exit_code = 1;
    BOOST_TEST(without_head(feed.retry_job(0, 0, Reason(Reason::Code::exit_code, "exit 1"), 9100ms, 2s)) ==
               "\"stage\":\"test\",\"job\":\"unit (gcc)\",\"attempt\":1,\"reason\":\"exit_code\",\"detail\":\"exit 1\",\"exit_code\":1,"
               "\"signal\":null,\"duration_ms\":9100,\"user_ms\":0,\"system_ms\":0,\"max_rss_kb\":null,"
               "\"log\":\"/w/.kahn/runs/01J9ZK4Q/logs/unit (gcc).1.log\",\"delay_ms\":2000}\n");
}

BOOST_AUTO_TEST_CASE(a_job_ends_with_all_that_was_measured) {
    feed.job(0).location = SourceLocation(41, 5);
    feed.start_job(0);
    AttemptOutcome& outcome = feed.job(0).attempts.back().outcome;
    outcome.signal = 11;
    outcome.user_time = 8'800'999us;
    outcome.system_time = 90ms;
    outcome.peak_memory_kib = 61440;
    outcome.containment = Containment::cgroup2;
    feed.job(0).warnings = {"1 process was left behind"};
    feed.job(0).collected_artifacts = {Artifact("a/b.txt"), Artifact("c")};
    BOOST_TEST(without_head(feed.end_job(0, 0, PipelineStatus::failure, Reason(Reason::Code::signal, "signal 11 (SIGSEGV)"), 9312ms, true)) ==
               "\"stage\":\"test\",\"job\":\"unit (gcc)\",\"attempt\":1,\"status\":\"failure\",\"reason\":\"signal\","
               "\"detail\":\"signal 11 (SIGSEGV)\",\"exit_code\":null,\"signal\":11,\"duration_ms\":9312,\"user_ms\":8800,"
               "\"system_ms\":90,\"max_rss_kb\":61440,\"log\":\"/w/.kahn/runs/01J9ZK4Q/logs/unit (gcc).1.log\",\"total_ms\":9312,"
               "\"allowed\":true,\"location\":{\"file\":\"ci.yaml\",\"line\":41,\"column\":5},\"containment\":\"cgroup2\","
               "\"warnings\":[\"1 process was left behind\"],\"artifacts\":[\"a/b.txt\",\"c\"],\"reused_from\":null}\n");
}

BOOST_AUTO_TEST_CASE(a_job_that_never_started_has_attempt_0_and_nulls) {
    const auto line = feed.end_job(1, 0, PipelineStatus::skipped, Reason(Reason::Code::upstream_failed, "unit (gcc)"), 0ms);
    const auto object = boost::json::parse(line).as_object();
    BOOST_TEST(object.at("attempt").as_int64() == 0);
    BOOST_TEST(object.at("exit_code").is_null());
    BOOST_TEST(object.at("log").is_null());
    BOOST_TEST(object.at("location").is_null());
    BOOST_TEST(object.at("containment").as_string() == "none");
    BOOST_TEST(object.at("reason").as_string() == "upstream_failed");
}

BOOST_AUTO_TEST_CASE(a_run_ends_with_its_exit_status_counts_and_critical_path) {
    feed.job(0).status = PipelineStatus::failure;
    feed.job(1).status = PipelineStatus::skipped;
    BOOST_TEST(without_head(feed.end(PipelineStatus::failure, Reason(Reason::Code::job_failed, "test.unit (gcc)"), 101412ms)) ==
               "\"status\":\"failure\",\"reason\":\"job_failed\",\"detail\":\"test.unit (gcc)\",\"exit_status\":1,"
               "\"duration_ms\":101412,\"counts\":{\"success\":0,\"failure\":1,\"cancelled\":0,\"skipped\":1},"
               "\"critical_path\":[\"fetch\",\"unit (gcc)\"]}\n");
}

BOOST_AUTO_TEST_CASE(C14_no_name_breaks_a_line) {
    for (const std::string name : {"quote\"", "back\\slash", "new\nline", "\x1B[2J", "<script>", "\xFF\xFE", "\xC2\x9B" "2J", "\xE2\x80\xA8", "\x7F"}) {
        EventFeed named(pipeline({stage(name, {job(name)})}), &render::to_ndjson);
        const std::string line = named.start_job(0);
        BOOST_TEST_CONTEXT(line) {
            BOOST_TEST(line.find('\n') == line.size() - 1);
            BOOST_TEST(line.find('\x1B') == std::string::npos);
            BOOST_TEST(line.find('\x7F') == std::string::npos);
            const auto object = boost::json::parse(line).as_object();
            const std::string expected = name == "\xFF\xFE" ? "\xEF\xBF\xBD\xEF\xBF\xBD" : name;
            BOOST_TEST(std::string(object.at("job").as_string()) == expected);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
