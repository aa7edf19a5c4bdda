#include <kahn/render/report.hpp>

#include "render/critical_jobs.hpp"
#include "render/json_array.hpp"
#include "render/json_text.hpp"
#include "render/report_content.hpp"
#include "render/status_words.hpp"
#include "render/workflow_text.hpp"

#include <charconv>
#include <chrono>

namespace kahn::render {
namespace {

constexpr int report_version = 1;

std::int64_t in_ms(std::chrono::nanoseconds time) { return std::chrono::duration_cast<std::chrono::milliseconds>(time).count(); }

void add_ms(JsonObject& object, std::string_view key, const std::optional<std::chrono::nanoseconds>& time) {
    if (time) object.number(key, in_ms(*time));
    else object.null(key);
}

void add_time(JsonObject& object, std::string_view key, const std::optional<SystemTime>& time) {
    if (time) object.text(key, to_iso8601(*time));
    else object.null(key);
}

void add_real(std::string& out, JsonObject& object, std::string_view key, const std::optional<double>& value) {
    if (!value) return object.null(key);
    object.name(key);
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, *value).ptr;
    out.append(digits, end);
}

void add_reason(JsonObject& object, const Reason& reason) {
    object.text_or_null("reason", reason ? to_string(reason.code()) : std::string_view{});
    object.text_or_null("detail", reason.detail());
}

void add_statistics(std::string& out, JsonObject& object, std::string_view key, const DurationStatistics& figures) {
    if (figures.samples == 0) return object.null(key);
    object.name(key);
    JsonObject its(out);
    its.number("samples", figures.samples);
    its.number("min_ms", in_ms(figures.minimum));
    its.number("mean_ms", in_ms(figures.mean));
    its.number("p50_ms", in_ms(figures.p50));
    its.number("p95_ms", in_ms(figures.p95));
    its.number("max_ms", in_ms(figures.maximum));
}

void add_failing_since(std::string& out, JsonObject& object, const std::optional<FailingSince>& streak) {
    if (!streak) return object.null("failing_since");
    object.name("failing_since");
    JsonObject its(out);
    its.text("run", streak->run);
    add_time(its, "time", streak->time);
    its.number("runs", streak->runs);
    its.boolean("or_longer", streak->is_beyond);
}

void append_outcome(std::string& out, const RunOutcome& run) {
    JsonObject object(out);
    object.text("run", run.id);
    object.text("status", to_string(run.status));
    add_reason(object, run.reason);
    add_time(object, "start", run.start_time);
    add_time(object, "end", run.end_time);
    object.number("duration_ms", in_ms(run.duration));
    object.number("jobs_passed", run.jobs_passed);
    object.number("jobs_failed", run.jobs_failed);
}

void append_metrics(std::string& out, const PipelineMetrics& metrics) {
    JsonObject object(out);
    add_time(object, "start", metrics.start_time);
    add_time(object, "end", metrics.end_time);
    object.number("duration_ms", in_ms(metrics.duration));
    object.number("total_stages", metrics.total_stages);
    object.number("total_jobs", metrics.total_jobs);
    object.number("executed_jobs", metrics.executed_jobs);
    object.number("passed_jobs", metrics.passed_jobs);
    object.number("failed_jobs", metrics.failed_jobs);
    object.number("skipped_jobs", metrics.skipped_jobs);
    object.number("cancelled_jobs", metrics.cancelled_jobs);
    object.number("reused_jobs", metrics.reused_jobs);
    object.number("retries", metrics.retries);
    add_real(out, object, "success_rate", metrics.success_rate);
    add_statistics(out, object, "job_durations", metrics.job_durations);
    add_statistics(out, object, "queue_times", metrics.queue_times);
    object.number("work_ms", in_ms(metrics.work));
    object.number("critical_path_ms", in_ms(metrics.critical_path));
    object.number("peak_workers", metrics.peak_workers);
    add_real(out, object, "worker_use", metrics.worker_use);
    object.number("tests", metrics.tests);
    object.number("failed_tests", metrics.failed_tests);
    object.number("skipped_tests", metrics.skipped_tests);
    object.texts("flaky_tests", metrics.flaky_tests);
}

void append_attempt(std::string& out, const JobAttempt& attempt) {
    JsonObject object(out);
    object.number("attempt", attempt.number);
    object.text("status", to_string(attempt.status));
    add_reason(object, attempt.reason);
    add_time(object, "start", attempt.start_time);
    object.number("duration_ms", in_ms(attempt.duration));
    object.number("queued_ms", in_ms(attempt.queued));
    if (attempt.outcome.exit_code) object.number("exit_code", *attempt.outcome.exit_code);
    else object.null("exit_code");
    if (attempt.outcome.signal != 0) object.number("signal", attempt.outcome.signal);
    else object.null("signal");
    object.number("user_ms", in_ms(attempt.outcome.user_time));
    object.number("system_ms", in_ms(attempt.outcome.system_time));
    if (attempt.outcome.peak_memory_kib > 0) object.number("max_rss_kb", attempt.outcome.peak_memory_kib);
    else object.null("max_rss_kb");
    object.text("containment", to_string(attempt.outcome.containment));
    object.text_or_null("log", attempt.log.native());
}

void add_tests(std::string& out, JsonObject& object, const PipelineJob& job) {
    if (!job.tests) return object.null("tests");
    object.name("tests");
    JsonObject its(out);
    its.number("total", job.tests->total);
    its.number("failed", job.tests->failed);
    its.number("skipped", job.tests->skipped);
    its.texts("failed_names", job.tests->failed_names);
    its.texts("flaky_names", job.tests->flaky_names);
}

void add_artifacts(std::string& out, JsonObject& object, const PipelineJob& job) {
    object.name("artifacts");
    append_json_array(out, job.collected_artifacts, [&out](const Artifact& artifact) {
        JsonObject its(out);
        its.text("path", artifact.path.native());
        its.number("bytes", artifact.bytes);
        its.text_or_null("sha256", artifact.sha256);
    });
}

/// What each type of report says of a job.
class JobWriter {
public:
    JobWriter(std::string& out, const PipelineReport& report) : out_(out), report_(report), critical_(report.run) {}

    void append(const PipelineStage& stage, const PipelineJob& job) {
        JsonObject object(out_);
        object.text("job", job.name);
        object.text("status", to_string(job.status));
        add_reason(object, job.reason);
        object.boolean("allowed", job.status == PipelineStatus::failure && is_allowed_to_fail(stage, job));
        add_time(object, "start", job.start_time);
        add_time(object, "end", job.end_time);
        object.number("duration_ms", in_ms(job.duration));
        object.boolean("critical_path", critical_.contains(stage, job));
        object.text_or_null("reused_from", job.reused_from);
        switch (report_.type) {
            case ReportType::execution: execution(object, job); break;
            case ReportType::performance: performance(object, job); break;
            case ReportType::quality: add_tests(out_, object, job); break;
            case ReportType::compliance: compliance(object, job); break;
            case ReportType::summary: break;
        }
    }

private:
    void execution(JsonObject& object, const PipelineJob& job) {
        object.texts("dependencies", job.dependencies);
        object.texts("warnings", job.warnings);
        object.name("attempts");
        append_json_array(out_, job.attempts, [this](const JobAttempt& attempt) { append_attempt(out_, attempt); });
        object.text_or_null("output_tail", job.output);
        object.text_or_null("error_tail", job.error);
        add_tests(out_, object, job);
    }
    void performance(JsonObject& object, const PipelineJob& job) {
        object.number("attempts", job.attempts.size());
        add_ms(object, "queued_ms", job.attempts.empty() ? std::optional<std::chrono::nanoseconds>() : job.attempts.front().queued);
    }
    void compliance(JsonObject& object, const PipelineJob& job) {
        object.texts("commands", job.commands);
        object.text("commands_sha256", commands_digest(job));
        if (job.github) object.text("github", workflow_text(*job.github));
        object.text_or_null("digest", job.digest);
        add_artifacts(out_, object, job);
    }

    std::string& out_;
    const PipelineReport& report_;
    CriticalJobs critical_;
};

void add_stages(std::string& out, JsonObject& object, const PipelineReport& report) {
    JobWriter jobs(out, report);
    object.name("stages");
    append_json_array(out, report.run.pipeline.stages, [&](const PipelineStage& stage) {
        JsonObject its(out);
        its.text("stage", stage.name);
        its.text("status", to_string(stage.status));
        add_reason(its, stage.reason);
        its.boolean("allow_failure", stage.allow_failure);
        its.texts("dependencies", stage.dependencies);
        add_time(its, "start", stage.start_time);
        add_time(its, "end", stage.end_time);
        its.number("duration_ms", in_ms(stage.duration));
        its.name("jobs");
        append_json_array(out, stage.jobs, [&](const PipelineJob& job) { jobs.append(stage, job); });
    });
}

void add_origin(std::string& out, JsonObject& object, const RunRecord& record) {
    const RunOrigin& origin = record.origin;
    object.name("origin");
    JsonObject its(out);
    its.text_or_null("parent", origin.parent);
    its.text_or_null("config", record.pipeline.source.native());
    its.text_or_null("trace_id", origin.trace_id);
    its.text_or_null("config_digest", origin.config_digest);
    its.text_or_null("commit", origin.commit);
    its.text_or_null("branch", origin.branch);
    its.text_or_null("user", origin.user);
    its.text_or_null("host", origin.host);
    its.text_or_null("working_directory", origin.working_directory);
    its.text_or_null("version", origin.version);
    if (origin.pid != 0) its.number("pid", origin.pid);
    else its.null("pid");
    const bool is_cancelled = record.pipeline.status == PipelineStatus::cancelled;
    its.text_or_null("cancelled_by", is_cancelled ? record.pipeline.reason.detail() : std::string());
}

void add_history(std::string& out, JsonObject& object, const PipelineHistory& history) {
    object.name("history");
    JsonObject its(out);
    its.name("runs");
    append_json_array(out, history.runs, [&out](const RunOutcome& run) { append_outcome(out, run); });
    add_statistics(out, its, "successful_durations", history.durations);
    add_failing_since(out, its, history.failing_since);
    add_ms(its, "recovery_ms", history.recovery_time);
    its.name("jobs");
    append_json_array(out, history.jobs, [&out](const JobHistory& job) {
        JsonObject one(out);
        one.text("stage", job.stage);
        one.text("job", job.job);
        one.number("executed", job.executed);
        one.number("passed", job.passed);
        one.number("retried", job.retried);
        one.number("passed_on_retry", job.passed_on_retry);
        one.number("changed_verdict", job.changed_verdict);
        one.boolean("flaky", job.is_flaky());
        add_statistics(out, one, "durations", job.durations);
        add_statistics(out, one, "queue_times", job.queued);
        add_failing_since(out, one, job.failing_since);
    });
}

void append_health(std::string& out, const PipelineHealth& health) {
    JsonObject object(out);
    object.text("pipeline", health.pipeline_name);
    object.text("health", to_string(health.status));
    object.text("explanation", health.explanation);
    object.number("runs", health.runs);
    object.number("succeeded_runs", health.succeeded_runs);
    add_real(out, object, "success_rate", health.success_rate);
    add_real(out, object, "run_success_rate", health.run_success_rate);
    add_ms(object, "average_duration_ms", health.average_duration);
    add_ms(object, "p50_duration_ms", health.p50_duration);
    add_ms(object, "p95_duration_ms", health.p95_duration);
    if (health.last_execution) {
        object.name("last_execution");
        append_outcome(out, *health.last_execution);
    } else {
        object.null("last_execution");
    }
    object.texts("active_executions", health.active_executions);
    object.name("recent_failures");
    append_json_array(out, health.recent_failures, [&out](const RunOutcome& run) { append_outcome(out, run); });
    add_failing_since(out, object, health.failing_since);
    add_ms(object, "recovery_ms", health.recovery_time);
}

void append_period(std::string& out, const PeriodMetrics& period) {
    JsonObject object(out);
    object.text("since", to_iso8601(period.since));
    object.text("until", to_iso8601(period.until));
    object.number("total_runs", period.total_runs);
    object.number("successful_runs", period.successful_runs);
    object.number("failed_runs", period.failed_runs);
    object.number("cancelled_runs", period.cancelled_runs);
    add_real(out, object, "success_rate", period.success_rate);
    add_real(out, object, "run_success_rate", period.run_success_rate);
    add_ms(object, "average_duration_ms", period.average_duration);
    object.number("executed_jobs", period.executed_jobs);
    object.text_or_null("most_active_pipeline", period.most_active_pipeline);
    object.number("most_active_runs", period.most_active_runs);
}

}  // namespace

std::string to_json(const PipelineReport& report) {
    std::string out;
    {
        JsonObject object(out);
        object.number("v", report_version);
        object.text("type", to_string(report.type));
        object.text("run", report.execution_id);
        object.text("pipeline", report.pipeline_name);
        object.text("generated_at", to_iso8601(report.generated_at));
        object.text("status", report.run.is_interrupted ? std::string_view("interrupted") : to_string(report.run.pipeline.status));
        add_reason(object, report.run.pipeline.reason);
        object.texts("findings", report.findings);
        object.name("metrics");
        append_metrics(out, report.metrics);
        object.texts("critical_path", report.run.critical_path);
        object.number("max_workers", report.run.max_workers);
        add_stages(out, object, report);
        if (report.type == ReportType::compliance) {
            add_origin(out, object, report.run);
        } else {
            object.name("health");
            append_health(out, report.health);
        }
        if (report.type == ReportType::performance || report.type == ReportType::quality) add_history(out, object, report.history);
    }
    return out + '\n';
}

std::string to_json(const PipelineHealth& health) {
    std::string out;
    append_health(out, health);
    return out + '\n';
}

std::string to_json(const MetricsSummary& summary) {
    std::string out;
    {
        JsonObject object(out);
        object.number("days", summary.days);
        object.name("current");
        append_period(out, summary.current);
        object.name("previous");
        append_period(out, summary.previous);
        add_real(out, object, "runs_change", summary.runs_change);
        add_real(out, object, "success_rate_change", summary.success_rate_change);
        add_real(out, object, "duration_change", summary.duration_change);
    }
    return out + '\n';
}

}  // namespace kahn::render
