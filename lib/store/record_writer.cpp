#include "store/record_writer.hpp"

#include "store/attempt_end.hpp"
#include "store/record_json.hpp"

namespace kahn::store {
namespace {

namespace fs = std::filesystem;

/// Relative if it lies below the run's directory.
std::string_view portable(const fs::path& path, const fs::path& directory) {
    const std::string_view text = path.native();
    const std::string_view above = directory.native();
    const bool is_below = text.size() > above.size() && text.starts_with(above) && text[above.size()] == '/';
    return is_below ? text.substr(above.size() + 1) : text;
}

void add_reason(SparseObject& object, const Reason& reason) {
    if (!reason) return;
    object.text("reason", to_string(reason.code()));
    object.text("detail", reason.detail());
}

/// How something ended, and when.
template <class Ended>
void add_end(SparseObject& object, const Ended& ended) {
    if (ended.status != PipelineStatus::pending) object.text("status", to_string(ended.status));
    add_reason(object, ended.reason);
    object.time("start", ended.start_time);
    object.time("end", ended.end_time);
    object.count("duration_ns", ended.duration);
}

void add_location(std::string& out, SparseObject& object, const SourceLocation& location) {
    if (location == SourceLocation()) return;
    object.name("location");
    SparseObject place(out);
    place.number("line", location.line);
    place.number("column", location.column);
}

void add_tests(std::string& out, SparseObject& object, const std::optional<TestCounts>& tests) {
    if (!tests) return;
    object.name("tests");
    SparseObject counts(out);
    counts.number("total", tests->total);
    counts.number("failed", tests->failed);
    counts.number("skipped", tests->skipped);
    counts.texts("failed_names", tests->failed_names);
    counts.texts("flaky_names", tests->flaky_names);
}

void add_github(std::string& out, SparseObject& object, const std::optional<GithubWorkflow>& github) {
    if (!github) return;
    object.name("github");
    SparseObject workflow(out);
    workflow.text("repo", github->repo);
    workflow.text("workflow", github->workflow);
    workflow.text("ref", github->ref);
    workflow.variables("inputs", github->inputs);
    workflow.claim("only_started", !github->wait);
}

void append_job(std::string& out, const PipelineJob& job, const fs::path& directory) {
    SparseObject object(out);
    object.text("name", job.name);
    object.texts("commands", job.commands);
    add_github(out, object, job.github);
    object.texts("wrap", job.wrap);
    if (job.leftovers != LeftoverPolicy::kill) object.text("leftovers", to_string(job.leftovers));
    object.variables("environment", job.environment);
    object.texts("artifacts", job.artifacts);
    object.texts("junit_reports", job.junit_reports);
    object.texts("dependencies", job.dependencies);
    object.count("timeout_ms", job.timeout);
    object.number("retry_count", job.retry_count);
    object.count("retry_delay_ms", job.retry_delay);
    object.claim("allow_failure", job.allow_failure);
    object.text("working_directory", job.working_directory);
    add_location(out, object, job.location);
    object.name("result");
    append_result(out, job, Tails::with, directory);
}

void append_stage(std::string& out, const PipelineStage& stage, const fs::path& directory) {
    SparseObject object(out);
    object.text("name", stage.name);
    object.texts("dependencies", stage.dependencies);
    object.variables("environment", stage.environment);
    object.claim("allow_failure", stage.allow_failure);
    object.claim("sequential", !stage.parallel);
    if (!stage.conditions.empty()) {
        object.name("conditions");
        SparseObject conditions(out);
        conditions.texts("branch", stage.conditions.branch);
        conditions.variables("environment", stage.conditions.environment);
        conditions.text("custom", stage.conditions.custom);
    }
    add_location(out, object, stage.location);
    object.name("result");
    append_result(out, stage);
    object.list("jobs", stage.jobs, [&](const PipelineJob& job) { append_job(out, job, directory); });
}

void append_origin(std::string& out, const RunOrigin& origin) {
    SparseObject object(out);
    object.text("parent", origin.parent);
    object.text("trace_id", origin.trace_id);
    object.text("config_digest", origin.config_digest);
    object.text("commit", origin.commit);
    object.text("branch", origin.branch);
    object.text("user", origin.user);
    object.text("host", origin.host);
    object.text("working_directory", origin.working_directory);
    object.text("version", origin.version);
    object.number("pid", origin.pid);
    object.variables("variables", origin.variables);
    if (origin.condition_branch) {
        object.name("condition_branch");
        append_exact_text(out, *origin.condition_branch);
    }
    object.texts("stages", origin.stages);
    object.texts("jobs", origin.jobs);
}

}  // namespace

void append_attempt(std::string& out, const JobAttempt& attempt, Tails tails, const fs::path& directory) {
    SparseObject object(out);
    object.number("number", attempt.number);
    if (attempt.status != PipelineStatus::pending) object.text("status", to_string(attempt.status));
    add_reason(object, attempt.reason);
    object.time("start", attempt.start_time);
    object.count("duration_ns", attempt.duration);
    object.count("queued_ns", attempt.queued);
    object.text("log", portable(attempt.log, directory));
    const AttemptOutcome& outcome = attempt.outcome;
    if (outcome.end != AttemptEnd::exited) object.text("end", to_string(outcome.end));
    object.number("exit_code", outcome.exit_code);
    object.number("signal", outcome.signal);
    object.number("command", outcome.command);
    object.text("message", outcome.message);
    object.count("user_us", outcome.user_time);
    object.count("system_us", outcome.system_time);
    object.number("peak_memory_kib", outcome.peak_memory_kib);
    if (outcome.containment != Containment::none) object.text("containment", to_string(outcome.containment));
    object.list("leftovers", outcome.leftovers, [&](const Leftover& leftover) {
        SparseObject its(out);
        its.number("pid", leftover.pid);
        its.text("name", leftover.name);
    });
    object.texts("warnings", outcome.warnings);
    object.number("output_bytes", outcome.output_bytes);
    object.claim("log_truncated", outcome.log_truncated);
    if (tails == Tails::without) return;
    object.text("output", outcome.output);
    object.text("error", outcome.error);
}

void append_result(std::string& out, const PipelineJob& job, Tails tails, const fs::path& directory) {
    SparseObject object(out);
    add_end(object, job);
    object.number("exit_code", job.exit_code);
    object.list("attempts", job.attempts, [&](const JobAttempt& attempt) { append_attempt(out, attempt, tails, directory); });
    object.list("collected_artifacts", job.collected_artifacts, [&](const Artifact& artifact) {
        SparseObject its(out);
        its.text("path", artifact.path.native());
        its.number("bytes", artifact.bytes);
        its.text("sha256", artifact.sha256);
    });
    object.variables("outputs", job.outputs);
    add_tests(out, object, job.tests);
    object.text("digest", job.digest);
    object.text("reused_from", job.reused_from);
    object.texts("warnings", job.warnings);
    if (tails == Tails::without) return;
    object.text("output", job.output);
    object.text("error", job.error);
}

void append_result(std::string& out, const PipelineStage& stage) {
    SparseObject object(out);
    add_end(object, stage);
}

void append_result(std::string& out, const Pipeline& run) {
    SparseObject object(out);
    add_end(object, run);
}

std::string to_json(const RunRecord& record, const fs::path& directory) { return to_json(record, record.pipeline, directory); }

std::string to_json(const RunRecord& about, const Pipeline& run, const fs::path& directory) {
    std::string out;
    {
        SparseObject object(out);
        object.number("v", record_version);
        object.text("run", run.run_id);
        object.text("pipeline", run.name);
        object.text("description", run.description);
        object.text("source", run.source.native());
        object.name("result");
        append_result(out, run);
        object.claim("interrupted", about.is_interrupted);
        object.number("max_workers", about.max_workers);
        object.number("levels", about.levels);
        object.texts("critical_path", about.critical_path);
        object.name("origin");
        append_origin(out, about.origin);
        object.variables("variables", run.variables);
        object.texts("secrets", run.secrets);
        object.list("triggers", run.triggers, [&](Trigger trigger) { render::append_json_string(out, to_string(trigger)); });
        object.count("timeout_ms", run.timeout);
        object.list("stages", run.stages, [&](const PipelineStage& stage) { append_stage(out, stage, directory); });
    }
    out += '\n';
    return out;
}

}  // namespace kahn::store
