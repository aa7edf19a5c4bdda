#include "store/attempt_end.hpp"
#include "store/record_fields.hpp"
#include "store/record_json.hpp"

#include <kahn/base/error.hpp>

#include <boost/json/parse.hpp>


namespace kahn::store {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

fs::path absolute(const std::string& text, const fs::path& directory) {
    return text.empty() ? fs::path() : directory / text;  // an absolute one replaces the whole
}

PipelineStatus read_status(const Fields& fields) {
    const std::string word = fields.text("status");
    if (word.empty()) return PipelineStatus::pending;
    const auto status = parse_status(word);
    if (!status) refuse_record("status", "no status: " + word);
    return *status;
}

Reason read_reason(const Fields& fields) {
    const std::string word = fields.text("reason");
    if (word.empty()) return {};
    for (int code = 0; code <= static_cast<int>(Reason::Code::internal); ++code) {
        if (to_string(static_cast<Reason::Code>(code)) == word) return {static_cast<Reason::Code>(code), fields.text("detail")};
    }
    return {Reason::Code::internal, word + ": " + fields.text("detail")};  // of a newer kahn
}

template <class Ended>
void read_end(const Fields& fields, Ended& ended) {
    ended.status = read_status(fields);
    ended.reason = read_reason(fields);
    ended.start_time = fields.time("start");
    ended.end_time = fields.time("end");
    ended.duration = fields.count<std::chrono::nanoseconds>("duration_ns");
}

SourceLocation read_location(const Fields& fields) {
    const auto* const place = fields.object("location");
    if (!place) return {};
    return {Fields(*place).number<int>("line"), Fields(*place).number<int>("column")};
}

std::optional<TestCounts> read_tests(const Fields& fields) {
    const auto* const found = fields.object("tests");
    if (!found) return std::nullopt;
    const Fields counts(*found);
    TestCounts tests;
    tests.total = counts.number<std::size_t>("total");
    tests.failed = counts.number<std::size_t>("failed");
    tests.skipped = counts.number<std::size_t>("skipped");
    tests.failed_names = counts.texts("failed_names");
    tests.flaky_names = counts.texts("flaky_names");
    return tests;
}

std::optional<GithubWorkflow> read_github(const Fields& job) {
    const auto* const found = job.object("github");
    if (!found) return std::nullopt;
    const Fields fields(*found);
    GithubWorkflow workflow;
    workflow.repo = fields.text("repo");
    workflow.workflow = fields.text("workflow");
    workflow.ref = fields.text("ref");
    workflow.inputs = fields.variables("inputs");
    workflow.wait = !fields.claim("only_started");
    return workflow;
}

PipelineJob read_job(const json::object& from, const fs::path& directory) {
    const Fields fields(from);
    PipelineJob job(fields.text("name"), fields.texts("commands"));
    job.github = read_github(fields);
    job.wrap = fields.texts("wrap");
    job.leftovers = parse_leftover_policy(fields.text("leftovers")).value_or(LeftoverPolicy::kill);
    job.environment = fields.variables("environment");
    job.artifacts = fields.texts("artifacts");
    job.junit_reports = fields.texts("junit_reports");
    job.dependencies = fields.texts("dependencies");
    job.timeout = fields.count<std::chrono::milliseconds>("timeout_ms");
    job.retry_count = fields.number<int>("retry_count");
    job.retry_delay = fields.count<std::chrono::milliseconds>("retry_delay_ms");
    job.allow_failure = fields.claim("allow_failure");
    job.working_directory = fields.text("working_directory");
    job.location = read_location(fields);
    if (const auto* const result = fields.object("result")) read_result(*result, job, directory);
    return job;
}

PipelineStage read_stage(const json::object& from, const fs::path& directory) {
    const Fields fields(from);
    PipelineStage stage(fields.text("name"));
    stage.dependencies = fields.texts("dependencies");
    stage.environment = fields.variables("environment");
    stage.allow_failure = fields.claim("allow_failure");
    stage.parallel = !fields.claim("sequential");
    if (const auto* const found = fields.object("conditions")) {
        const Fields conditions(*found);
        stage.conditions.branch = conditions.texts("branch");
        stage.conditions.environment = conditions.variables("environment");
        stage.conditions.custom = conditions.text("custom");
    }
    stage.location = read_location(fields);
    if (const auto* const result = fields.object("result")) read_result(*result, stage);
    fields.list("jobs", [&](const json::object& job) { stage.jobs.push_back(read_job(job, directory)); });
    return stage;
}

RunOrigin read_origin(const json::object& from) {
    const Fields fields(from);
    RunOrigin origin;
    origin.parent = fields.text("parent");
    origin.trace_id = fields.text("trace_id");
    origin.config_digest = fields.text("config_digest");
    origin.commit = fields.text("commit");
    origin.branch = fields.text("branch");
    origin.user = fields.text("user");
    origin.host = fields.text("host");
    origin.working_directory = fields.text("working_directory");
    origin.version = fields.text("version");
    origin.pid = fields.number<int>("pid");
    origin.variables = fields.variables("variables");
    if (from.contains("condition_branch")) origin.condition_branch = fields.text("condition_branch");
    origin.stages = fields.texts("stages");
    origin.jobs = fields.texts("jobs");
    return origin;
}

RunRecord read_record(const json::object& from, const fs::path& directory) {
    const Fields fields(from);
    if (fields.number<int>("v") > record_version) refuse_record("v", "of a newer version of kahn");
    RunRecord record;
    Pipeline& run = record.pipeline;
    run.run_id = fields.text("run");
    run.name = fields.text("pipeline");
    run.description = fields.text("description");
    run.source = fields.text("source");
    run.variables = fields.variables("variables");
    run.secrets = fields.texts("secrets");
    for (const std::string& word : fields.texts("triggers")) {
        if (const auto trigger = parse_trigger(word)) run.triggers.push_back(*trigger);
    }
    run.timeout = fields.count<std::chrono::milliseconds>("timeout_ms");
    if (const auto* const result = fields.object("result")) read_result(*result, run);
    record.is_interrupted = fields.claim("interrupted");
    record.max_workers = fields.number<unsigned>("max_workers");
    record.levels = fields.number<std::size_t>("levels");
    record.critical_path = fields.texts("critical_path");
    if (const auto* const origin = fields.object("origin")) record.origin = read_origin(*origin);
    fields.list("stages", [&](const json::object& stage) { run.stages.push_back(read_stage(stage, directory)); });
    return record;
}

}  // namespace

JobAttempt read_attempt(const json::object& from, const fs::path& directory) {
    const Fields fields(from);
    JobAttempt attempt;
    attempt.number = fields.number<int>("number");
    attempt.status = read_status(fields);
    attempt.reason = read_reason(fields);
    attempt.start_time = fields.time("start");
    attempt.duration = fields.count<std::chrono::nanoseconds>("duration_ns");
    attempt.queued = fields.count<std::chrono::nanoseconds>("queued_ns");
    attempt.log = absolute(fields.text("log"), directory);
    AttemptOutcome& outcome = attempt.outcome;
    if (const std::string word = fields.text("end"); !word.empty()) {
        const auto end = parse_attempt_end(word);
        if (!end) refuse_record("end", "no way to end: " + word);
        outcome.end = *end;
    }
    outcome.exit_code = fields.maybe_number<int>("exit_code");
    outcome.signal = fields.number<int>("signal");
    outcome.command = fields.number<std::size_t>("command");
    outcome.message = fields.text("message");
    outcome.user_time = fields.count<std::chrono::microseconds>("user_us");
    outcome.system_time = fields.count<std::chrono::microseconds>("system_us");
    outcome.peak_memory_kib = fields.number<std::int64_t>("peak_memory_kib");
    outcome.containment = parse_containment(fields.text("containment")).value_or(Containment::none);
    fields.list("leftovers", [&](const json::object& leftover) {
        outcome.leftovers.emplace_back(Fields(leftover).number<int>("pid"), Fields(leftover).text("name"));
    });
    outcome.warnings = fields.texts("warnings");
    outcome.output_bytes = fields.number<std::uint64_t>("output_bytes");
    outcome.log_truncated = fields.claim("log_truncated");
    outcome.output = fields.text("output");
    outcome.error = fields.text("error");
    return attempt;
}

void read_result(const json::object& from, PipelineJob& job, const fs::path& directory) {
    const Fields fields(from);
    read_end(fields, job);
    job.exit_code = fields.maybe_number<int>("exit_code");
    job.attempts.clear();
    fields.list("attempts", [&](const json::object& attempt) { job.attempts.push_back(read_attempt(attempt, directory)); });
    job.collected_artifacts.clear();
    fields.list("collected_artifacts", [&](const json::object& artifact) {
        const Fields its(artifact);
        job.collected_artifacts.emplace_back(its.text("path"), its.number<std::uint64_t>("bytes"), its.text("sha256"));
    });
    job.outputs = fields.variables("outputs");
    job.tests = read_tests(fields);
    job.digest = fields.text("digest");
    job.reused_from = fields.text("reused_from");
    job.warnings = fields.texts("warnings");
    job.output = fields.text("output");
    job.error = fields.text("error");
}

void read_result(const json::object& from, PipelineStage& stage) { read_end(Fields(from), stage); }

void read_result(const json::object& from, Pipeline& run) { read_end(Fields(from), run); }

RunRecord record_from_json(std::string_view text, const fs::path& directory) {
    boost::system::error_code error;
    const json::value parsed = json::parse(json::string_view(text.data(), text.size()), error);
    if (error) throw Error(Errc::workspace_unusable, "it is no JSON: " + error.message());
    if (!parsed.is_object()) throw Error(Errc::workspace_unusable, "it is no JSON object");
    return read_record(parsed.get_object(), directory);
}

}  // namespace kahn::store
