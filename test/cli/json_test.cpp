#include "cli/kahn_program.hpp"

#include <boost/test/unit_test.hpp>

#include <sys/resource.h>

#include <set>

namespace kahn::test {
namespace {

using boost::json::object;

constexpr const char* everything =
    "name: all\n"
    "stages:\n"
    "  - name: test\n"
    "    jobs:\n"
    "      - name: unit \"x\"\n"
    "        commands: ['echo out; echo err >&2; printf \"\\377\"', 'test -e there || { touch there; exit 7; }']\n"
    "        retry_count: 1\n"
    "      - {name: crash, commands: ['kill -SEGV $$'], allow_failure: true}\n"
    "  - name: bad\n"
    "    jobs: [{name: bad, commands: ['exit 1']}]\n"
    "  - name: after\n"
    "    dependencies: [bad]\n"
    "    jobs: [{name: after, commands: ['true']}]\n";

struct Stream {
    std::vector<object> run(const std::string& yaml, std::vector<std::string> options) {
        directory.write("ci.yaml", yaml);
        options.insert(options.begin(), {"run", "ci.yaml"});
        result = kahn(std::move(options)).in(directory.path()).run();
        return events_of(result.out);
    }

    TemporaryDirectory directory;
    ProgramResult result;
};

const object& find(const std::vector<object>& events, std::string_view type, std::string_view job) {
    for (const object& event : events) {
        if (event.at("type").as_string() == type && event.at("job").as_string() == job) return event;
    }
    throw std::runtime_error("no " + std::string(type) + " of " + std::string(job));
}

std::set<std::string> keys(const object& event) {
    std::set<std::string> names;
    for (const auto& member : event) names.emplace(member.key());
    return names;
}

using Keys = std::set<std::string>;

Keys with_common(Keys own) {
    own.insert({"v", "seq", "ts", "type", "run"});
    return own;
}

}  // namespace

BOOST_FIXTURE_TEST_SUITE(json, Stream)

BOOST_AUTO_TEST_CASE(every_line_is_an_object_and_no_number_is_missing) {
    const auto events = run(everything, {"--json"});
    BOOST_TEST(result.exit_code == 1);
    BOOST_TEST(events.front().at("type").as_string() == "run_started");
    BOOST_TEST(events.back().at("type").as_string() == "run_finished");
    const std::string run_id(events.front().at("run").as_string());
    BOOST_TEST(run_id.size() == 26U);
    for (std::size_t i = 0; i < events.size(); ++i) {
        BOOST_TEST(events[i].at("v").as_int64() == 1);
        BOOST_TEST(static_cast<std::size_t>(events[i].at("seq").as_int64()) == i);
        BOOST_TEST(std::string(events[i].at("run").as_string()) == run_id);
        BOOST_TEST(events[i].at("ts").as_string().size() == std::string_view("2026-11-23T15:04:05.123456789Z").size());
    }
}

BOOST_AUTO_TEST_CASE(every_type_has_its_keys) {
    const auto events = run(everything, {"--json"});
    BOOST_TEST((keys(of_type(events, "run_started").at(0)) == with_common({"pipeline", "jobs", "levels", "config", "workers", "trace_id"})));
    BOOST_TEST((keys(of_type(events, "stage_started").at(0)) == with_common({"stage"})));
    BOOST_TEST((keys(of_type(events, "job_started").at(0)) == with_common({"stage", "job", "attempt", "pid", "queued_ms"})));
    BOOST_TEST((keys(of_type(events, "command_started").at(0)) == with_common({"stage", "job", "attempt", "index", "pid"})));
    BOOST_TEST((keys(of_type(events, "job_retried").at(0)) ==
                with_common({"stage", "job", "attempt", "reason", "detail", "exit_code", "signal", "duration_ms", "user_ms", "system_ms",
                             "max_rss_kb", "log", "delay_ms"})));
    for (const object& event : of_type(events, "job_finished")) {
        BOOST_TEST((keys(event) == with_common({"stage", "job", "attempt", "status", "reason", "detail", "exit_code", "signal", "duration_ms",
                                                "user_ms", "system_ms", "max_rss_kb", "log", "total_ms", "allowed", "location",
                                                "containment", "warnings", "artifacts", "reused_from"})));
    }
    BOOST_TEST((keys(of_type(events, "stage_finished").at(0)) == with_common({"stage", "status", "reason", "detail", "duration_ms"})));
    BOOST_TEST((keys(of_type(events, "run_finished").at(0)) ==
                with_common({"status", "reason", "detail", "exit_status", "duration_ms", "counts", "critical_path"})));
}

BOOST_AUTO_TEST_CASE(the_values_are_those_of_the_run) {
    const auto events = run(everything, {"--json", "-j", "2"});
    const object& started = events.front();
    BOOST_TEST(started.at("jobs").as_int64() == 4);
    BOOST_TEST(started.at("levels").as_int64() == 2);
    BOOST_TEST(started.at("workers").as_int64() == 2);
    BOOST_TEST(started.at("config").as_string() == "ci.yaml");

    const object& unit = find(events, "job_finished", "unit \"x\"");
    BOOST_TEST(unit.at("status").as_string() == "success");
    BOOST_TEST(unit.at("attempt").as_int64() == 2);
    BOOST_TEST(unit.at("location").as_object().at("line").as_int64() == 5);
    BOOST_TEST(find(events, "job_retried", "unit \"x\"").at("exit_code").as_int64() == 7);

    const object& crash = find(events, "job_finished", "crash");
    BOOST_TEST(crash.at("signal").as_int64() == 11);
    BOOST_TEST(crash.at("reason").as_string() == "signal");
    BOOST_TEST(crash.at("allowed").as_bool());

    const object& after = find(events, "job_finished", "after");
    BOOST_TEST(after.at("status").as_string() == "skipped");
    BOOST_TEST(after.at("reason").as_string() == "upstream_failed");

    const object& finished = events.back();
    BOOST_TEST(finished.at("exit_status").as_int64() == result.exit_code);
    BOOST_TEST(finished.at("counts").as_object().at("success").as_int64() == 1);
    BOOST_TEST(finished.at("counts").as_object().at("failure").as_int64() == 2);
    BOOST_TEST(finished.at("counts").as_object().at("skipped").as_int64() == 1);
}

BOOST_AUTO_TEST_CASE(L04_output_is_all_there_with_offsets_broken_utf8_as_base64) {
    const auto events = run(everything, {"--json"});
    std::string text;
    bool has_base64 = false;
    for (const object& event : of_type(events, "job_output")) {
        if (event.at("job").as_string() != "unit \"x\"" || event.at("attempt").as_int64() != 1) continue;
        if (event.contains("text")) text += std::string(event.at("text").as_string());
        has_base64 = has_base64 || event.contains("data_b64");
    }
    BOOST_TEST(has_base64);
    const auto log = std::string(find(events, "job_retried", "unit \"x\"").at("log").as_string());
    const std::string kept = directory.read(log);
    BOOST_TEST(kept.size() == std::string_view("out\nerr\n\xFF").size());
    BOOST_TEST(contains(kept, "\xFF"));
}

BOOST_AUTO_TEST_CASE(quiet_leaves_output_out_and_shows_gaps) {
    const auto events = run(everything, {"--json=quiet"});
    BOOST_TEST(of_type(events, "job_output").empty());
    BOOST_TEST(of_type(events, "job_finished").size() == 4U);
    BOOST_TEST(events.back().at("seq").as_int64() > static_cast<std::int64_t>(events.size()) - 1);
}

BOOST_AUTO_TEST_CASE(nothing_else_is_on_standard_output) {
    run(pipeline_of("echo hi"), {"--json"});
    BOOST_TEST(contains(result.err, "j | hi\n"));
    run(pipeline_of("echo hi"), {});
    BOOST_TEST(result.out == "");
}

BOOST_AUTO_TEST_CASE(L14_a_reader_that_goes_away_does_not_end_the_run) {
    directory.write("ci.yaml", pipeline_of("'yes 0123456789 | head -n 200000; touch it-ran'"));
    Program program = kahn({"run", "ci.yaml", "--json"});
    program.in(directory.path()).start();
    BOOST_TEST(program.read_until([](const Program& p) { return contains(p.out(), "\n"); }));
    program.close_out();
    const ProgramResult ended = program.finish();
    BOOST_TEST(ended.exit_code == 0);
    BOOST_TEST(std::filesystem::exists(directory / "it-ran"));
    BOOST_TEST(!contains(ended.err, "roken pipe"));
}

BOOST_AUTO_TEST_CASE(output_that_cannot_be_written_is_74_and_the_run_goes_on) {
    directory.write("ci.yaml", pipeline_of("touch it-ran"));
    const ProgramResult full = kahn({"run", "ci.yaml", "--json"}).in(directory.path()).out_to("/dev/full").run();
    BOOST_TEST(full.exit_code == 74);
    BOOST_TEST(contains(full.err, "kahn: standard output: No space left on device\n"));
    BOOST_TEST(std::filesystem::exists(directory / "it-ran"));
    BOOST_TEST(kahn({"graph", "ci.yaml"}).in(directory.path()).out_to("/dev/full").run().exit_code == 74);
    BOOST_TEST(kahn({"--help"}).out_to("/dev/full").run().exit_code == 74);
}

BOOST_AUTO_TEST_CASE(L01_much_output_through_both_streams_is_all_there) {
    // 20 MB through the view and the stream, of which the reader sees every byte.
    const auto events = run(pipeline_of("'" KAHN_HOSTILE " spew 20000000'"), {"--json"});
    BOOST_TEST(result.exit_code == 0);
    std::uint64_t expected_offset = 0;
    for (const object& event : of_type(events, "job_output")) {
        BOOST_REQUIRE(static_cast<std::uint64_t>(event.at("offset").as_int64()) == expected_offset);
        expected_offset += event.at("text").as_string().size();
    }
    BOOST_TEST(expected_offset == 20'000'000U);
}

BOOST_AUTO_TEST_SUITE_END()

}  // namespace kahn::test
