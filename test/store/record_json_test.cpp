#include "store/record_json.hpp"

#include "store/record_fields.hpp"

#include <kahn/base/error.hpp>

#include "store/store_fixture.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <random>
#include <string>

using namespace kahn;
using namespace kahn::test;
using namespace kahn::store;

namespace {

const std::filesystem::path directory = "/some where/.kahn/runs/01TEST";

/// Records with anything in any field, the same for the same seed.
class Generator {
public:
    explicit Generator(unsigned seed) : random_(seed) {}

    RunRecord record() {
        RunRecord record;
        Pipeline& run = record.pipeline;
        run.run_id = "01TEST";
        run.name = text();
        run.description = text();
        run.variables = variables();
        run.secrets = texts();
        if (maybe()) run.triggers = {Trigger::push, Trigger::schedule};
        run.timeout = std::chrono::milliseconds{number(100'000)};
        run.source = text();
        end(run);
        for (int i = number(3); i > 0; --i) run.stages.push_back(stage());
        record.origin.parent = text();
        record.origin.trace_id = text();
        record.origin.config_digest = text();
        record.origin.commit = text();
        record.origin.branch = text();
        record.origin.user = text();
        record.origin.host = text();
        record.origin.working_directory = text();
        record.origin.version = text();
        record.origin.pid = number(100'000);
        record.origin.variables = variables();
        if (maybe()) record.origin.condition_branch = text();
        record.origin.stages = texts();
        record.origin.jobs = texts();
        record.max_workers = static_cast<unsigned>(number(64));
        record.levels = size();
        record.critical_path = texts();
        record.is_interrupted = maybe();
        return record;
    }

private:
    int number(int below) { return static_cast<int>(random_() % static_cast<unsigned>(below)); }
    bool maybe() { return number(2) == 0; }
    std::size_t size() { return static_cast<std::size_t>(number(1000)); }
    std::string text() {
        static const std::vector<std::string> pieces{"", "plain", "\xff\xfe\x80", "\"quoted\"\\", "line\nend", "\x1b[2J", "caf\xc3\xa9",
                                                     std::string("nul\0inside", 10), "/absolute/path", "b64"};
        return pieces[static_cast<std::size_t>(number(static_cast<int>(pieces.size())))];
    }
    std::vector<std::string> texts() {
        std::vector<std::string> all;
        for (int i = number(3); i > 0; --i) all.push_back(text());
        return all;
    }
    LeftoverPolicy leftovers() { return static_cast<LeftoverPolicy>(number(3)); }
    Variables variables() {
        Variables all;
        for (int i = number(3); i > 0; --i) all["NAME_" + std::to_string(i)] = text();
        return all;
    }
    std::optional<SystemTime> time() {
        if (maybe()) return std::nullopt;
        return epoch_of_tests + std::chrono::nanoseconds{random_()};
    }
    Reason reason() { return maybe() ? Reason() : Reason(static_cast<Reason::Code>(1 + number(static_cast<int>(Reason::Code::internal))), text()); }
    SourceLocation location() { return maybe() ? SourceLocation() : SourceLocation(number(100), number(100)); }

    template <class Ended>
    void end(Ended& ended) {
        ended.status = static_cast<PipelineStatus>(number(6));
        ended.reason = reason();
        ended.start_time = time();
        ended.end_time = time();
        ended.duration = std::chrono::nanoseconds{random_()};
    }
    JobAttempt attempt() {
        JobAttempt attempt;
        attempt.number = 1 + number(5);
        attempt.status = static_cast<PipelineStatus>(number(6));
        attempt.reason = reason();
        attempt.start_time = time();
        attempt.duration = std::chrono::nanoseconds{random_()};
        attempt.queued = std::chrono::nanoseconds{random_()};
        attempt.log = maybe() ? directory / "logs/a.log" : std::filesystem::path(maybe() ? "" : "/elsewhere/a.log");
        attempt.outcome.end = static_cast<AttemptEnd>(number(7));
        if (maybe()) attempt.outcome.exit_code = number(256);
        attempt.outcome.signal = number(32);
        attempt.outcome.command = size();
        attempt.outcome.message = text();
        attempt.outcome.user_time = std::chrono::microseconds{random_()};
        attempt.outcome.system_time = std::chrono::microseconds{random_()};
        attempt.outcome.peak_memory_kib = number(1'000'000);
        attempt.outcome.containment = static_cast<Containment>(number(4));
        if (maybe()) attempt.outcome.leftovers = {Leftover(number(1000), text())};
        attempt.outcome.warnings = texts();
        attempt.outcome.output = text();
        attempt.outcome.error = text();
        attempt.outcome.output_bytes = random_();
        attempt.outcome.log_truncated = maybe();
        return attempt;
    }
    PipelineJob job() {
        PipelineJob job(text(), texts());
        if (maybe()) {
            GithubWorkflow& workflow = job.github.emplace();
            workflow.repo = text();
            workflow.workflow = text();
            workflow.ref = text();
            workflow.inputs = variables();
            workflow.wait = maybe();
        }
        job.wrap = texts();
        job.leftovers = leftovers();
        job.environment = variables();
        job.artifacts = texts();
        job.junit_reports = texts();
        job.dependencies = texts();
        job.timeout = std::chrono::milliseconds{number(100'000)};
        job.retry_count = number(5);
        job.retry_delay = std::chrono::milliseconds{number(1000)};
        job.allow_failure = maybe();
        job.working_directory = text();
        job.location = location();
        end(job);
        if (maybe()) job.exit_code = number(256);
        job.output = text();
        job.error = text();
        for (int i = number(3); i > 0; --i) job.attempts.push_back(attempt());
        if (maybe()) job.collected_artifacts.emplace_back(text(), random_(), text());
        job.outputs = variables();
        if (maybe()) {
            job.tests.emplace();
            job.tests->total = size();
            job.tests->failed = size();
            job.tests->skipped = size();
            job.tests->failed_names = texts();
            job.tests->flaky_names = texts();
        }
        job.digest = text();
        job.reused_from = text();
        job.warnings = texts();
        return job;
    }
    PipelineStage stage() {
        PipelineStage stage(text());
        stage.dependencies = texts();
        stage.environment = variables();
        stage.allow_failure = maybe();
        stage.parallel = maybe();
        if (maybe()) {
            stage.conditions.branch = texts();
            stage.conditions.environment = variables();
            stage.conditions.custom = text();
        }
        stage.location = location();
        end(stage);
        for (int i = number(3); i > 0; --i) stage.jobs.push_back(job());
        return stage;
    }

    std::mt19937 random_;
};

// Field by field, since the equality of pipelines is that of definitions.
void require_same(const JobAttempt& a, const JobAttempt& b) {
    BOOST_TEST_REQUIRE((a.number == b.number && a.status == b.status && a.reason == b.reason && a.start_time == b.start_time &&
                        a.duration == b.duration && a.queued == b.queued && a.log == b.log));
    const AttemptOutcome& x = a.outcome;
    const AttemptOutcome& y = b.outcome;
    BOOST_TEST_REQUIRE((x.end == y.end && x.exit_code == y.exit_code && x.signal == y.signal && x.command == y.command &&
                        x.message == y.message && x.user_time == y.user_time && x.system_time == y.system_time));
    BOOST_TEST_REQUIRE((x.peak_memory_kib == y.peak_memory_kib && x.containment == y.containment && x.leftovers == y.leftovers &&
                        x.warnings == y.warnings && x.output == y.output && x.error == y.error && x.output_bytes == y.output_bytes &&
                        x.log_truncated == y.log_truncated));
}

template <class Ended>
void require_same_end(const Ended& a, const Ended& b) {
    BOOST_TEST_REQUIRE((a.status == b.status && a.reason == b.reason && a.start_time == b.start_time && a.end_time == b.end_time &&
                        a.duration == b.duration));
}

void require_same(const PipelineJob& a, const PipelineJob& b) {
    BOOST_TEST_REQUIRE((a == b && a.location == b.location && a.junit_reports == b.junit_reports));
    require_same_end(a, b);
    BOOST_TEST_REQUIRE((a.exit_code == b.exit_code && a.output == b.output && a.error == b.error && a.outputs == b.outputs &&
                        a.tests == b.tests && a.digest == b.digest && a.reused_from == b.reused_from && a.warnings == b.warnings &&
                        a.collected_artifacts == b.collected_artifacts));
    BOOST_TEST_REQUIRE(a.attempts.size() == b.attempts.size());
    for (std::size_t i = 0; i < a.attempts.size(); ++i) require_same(a.attempts[i], b.attempts[i]);
}

void require_same(const RunRecord& a, const RunRecord& b) {
    const RunOrigin& x = a.origin;
    const RunOrigin& y = b.origin;
    BOOST_TEST_REQUIRE((x.parent == y.parent && x.trace_id == y.trace_id && x.config_digest == y.config_digest && x.commit == y.commit && x.branch == y.branch &&
                        x.user == y.user && x.host == y.host && x.working_directory == y.working_directory && x.version == y.version &&
                        x.pid == y.pid && x.variables == y.variables && x.condition_branch == y.condition_branch &&
                        x.stages == y.stages && x.jobs == y.jobs));
    BOOST_TEST_REQUIRE((a.max_workers == b.max_workers && a.levels == b.levels && a.critical_path == b.critical_path &&
                        a.is_interrupted == b.is_interrupted));
    BOOST_TEST_REQUIRE((a.pipeline == b.pipeline && a.pipeline.run_id == b.pipeline.run_id && a.pipeline.source == b.pipeline.source));
    require_same_end(a.pipeline, b.pipeline);
    BOOST_TEST_REQUIRE(a.pipeline.stages.size() == b.pipeline.stages.size());
    for (std::size_t s = 0; s < a.pipeline.stages.size(); ++s) {
        const PipelineStage& stage = a.pipeline.stages[s];
        const PipelineStage& other = b.pipeline.stages[s];
        require_same_end(stage, other);
        BOOST_TEST_REQUIRE((stage.location == other.location));
        for (std::size_t j = 0; j < stage.jobs.size(); ++j) require_same(stage.jobs[j], other.jobs[j]);
    }
}

}  // namespace

BOOST_AUTO_TEST_SUITE(records_as_json)

BOOST_AUTO_TEST_CASE(a_thousand_generated_records_come_back_equal) {
    for (unsigned seed = 0; seed < 1000; ++seed) {
        const RunRecord original = Generator(seed).record();
        const std::string text = to_json(original, directory);
        BOOST_TEST_CONTEXT("seed " << seed << ": " << text) { require_same(record_from_json(text, directory), original); }
    }
}

BOOST_AUTO_TEST_CASE(paths_below_the_run_move_with_its_directory) {
    RunRecord record = ended_run("01TEST", "p", epoch_of_tests, PipelineStatus::success, {{"a", PipelineStatus::success}});
    record.pipeline.stages[0].jobs[0].attempts[0].log = directory / "logs/s.a.1.log";
    const RunRecord moved = record_from_json(to_json(record, directory), "/moved");
    BOOST_TEST(moved.pipeline.stages[0].jobs[0].attempts[0].log == "/moved/logs/s.a.1.log");
}

BOOST_AUTO_TEST_CASE(unknown_keys_are_ignored_and_a_newer_version_is_refused) {
    BOOST_TEST(record_from_json(R"({"v":1,"run":"x","pipeline":"p","new":{"a":1}})", directory).pipeline.name == "p");
    BOOST_CHECK_EXCEPTION(record_from_json(R"({"v":2})", directory), Error, error_with(Errc::workspace_unusable, "newer"));
}

BOOST_AUTO_TEST_CASE(what_is_no_record_is_refused_with_the_key) {
    for (const char* text : {"", "[]", "{", R"({"v":"one"})", R"({"v":1,"pipeline":7})", R"({"v":1,"stages":{}})", R"({"v":1,"stages":[1]})",
                             R"({"v":1,"result":{"status":"odd"}})", R"({"v":1,"result":{"start":"yesterday"}})",
                             R"({"v":1,"variables":{"A":{"b64":"%"}}})"}) {
        BOOST_CHECK_EXCEPTION(record_from_json(text, directory), Error, error_with(Errc::workspace_unusable, ""));
    }
    BOOST_CHECK_EXCEPTION(record_from_json(R"({"v":1,"pipeline":7})", directory), Error, error_with(Errc::workspace_unusable, "'pipeline'"));
}

BOOST_AUTO_TEST_CASE(times_are_read_as_they_are_written) {
    for (const char* text : {"2026-11-23T15:04:05.123456789Z", "1970-01-01T00:00:00.000000000Z", "2024-02-29T23:59:59.999999999Z"}) {
        BOOST_TEST(to_iso8601(parse_iso8601(text).value()) == text);
    }
    for (const char* text : {"", "2026-11-23", "2026-02-30T00:00:00.000000000Z", "2026-11-23T15:04:05.123456789", "x"}) {
        BOOST_TEST(!parse_iso8601(text).has_value());
    }
}

BOOST_AUTO_TEST_SUITE_END()
