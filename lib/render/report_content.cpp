#include "render/report_content.hpp"

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "render/critical_jobs.hpp"
#include "render/markup.hpp"
#include "render/reason_text.hpp"
#include "render/run_names.hpp"
#include "render/status_words.hpp"
#include "render/workflow_text.hpp"

#include <algorithm>
#include <cstdio>
#include <tuple>

namespace kahn::render {
namespace {

using Look = Cell::Look;

constexpr std::size_t most_rows = 1000;
constexpr std::size_t most_failures = 50;
constexpr std::size_t most_slowest = 20;
constexpr std::size_t most_named_tests = 100;

Cell code(std::string text) { return Cell(text.empty() ? "-" : std::move(text), Look::code); }
Cell number(std::string text) { return Cell(std::move(text), Look::number); }
Cell number(std::size_t n) { return Cell(std::to_string(n), Look::number); }
Cell duration(std::chrono::nanoseconds time) { return Cell(format_duration(time), Look::number); }
Cell or_dash(std::string text) { return Cell(text.empty() ? "-" : std::move(text)); }

std::string counted(std::size_t n, const char* word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

std::string fixed(double value, const char* format) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kibi = 1024;
    if (bytes < kibi) return std::to_string(bytes) + " B";
    const auto n = static_cast<double>(bytes);
    if (bytes < kibi * kibi) return fixed(n / 1024.0, "%.1f KiB");
    if (bytes < kibi * kibi * kibi) return fixed(n / (1024.0 * 1024.0), "%.1f MiB");
    return fixed(n / (1024.0 * 1024.0 * 1024.0), "%.1f GiB");
}

template <class Each>
void for_each_job(const Pipeline& run, Each each) {
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) each(stage, job);
    }
}

/// The row, or a count of it once the table is long enough.
void add(Table& table, std::vector<Cell> row) {
    if (table.rows.size() < most_rows) {
        table.rows.push_back(std::move(row));
    } else {
        ++table.omitted;
    }
}

std::string attempts_text(const PipelineJob& job) {
    if (job.attempts.size() < 2) return {};
    return counted(job.attempts.size(), "attempt");
}

std::string detail_of(const PipelineJob& job) {
    std::string text = reason_text(job.reason);
    if (!job.reused_from.empty()) text += (text.empty() ? "taken over from run " : "; taken over from run ") + job.reused_from;
    const std::string attempts = attempts_text(job);
    if (!attempts.empty()) text += (text.empty() ? "" : ", ") + attempts;
    return text;
}

// ---- facts

std::string jobs_text(const PipelineMetrics& metrics) {
    std::vector<std::string> parts;
    const auto part = [&parts](std::size_t n, const char* word) {
        if (n > 0) parts.push_back(std::to_string(n) + ' ' + word);
    };
    part(metrics.passed_jobs, "ok");
    part(metrics.failed_jobs, "failed");
    part(metrics.skipped_jobs, "skipped");
    part(metrics.cancelled_jobs, "cancelled");
    part(metrics.reused_jobs, "taken over");
    const std::size_t ended = metrics.executed_jobs + metrics.reused_jobs + metrics.skipped_jobs + metrics.cancelled_jobs;
    part(metrics.total_jobs - std::min(ended, metrics.total_jobs), "not ended");
    return join(parts, ", ");
}

std::string against(std::chrono::nanoseconds now, std::chrono::nanoseconds usual) {
    if (usual <= std::chrono::nanoseconds{0}) return "-";
    const double ratio = static_cast<double>(now.count()) / static_cast<double>(usual.count());
    return fixed((ratio - 1.0) * 100.0, "%+.0f %%");
}

std::vector<Fact> facts_of(const PipelineReport& report) {
    const PipelineMetrics& metrics = report.metrics;
    const DurationStatistics& usual = report.history.durations;
    std::vector<Fact> facts;
    std::string against_usual;
    if (usual.samples > 1) {
        against_usual = against(metrics.duration, usual.p50) + " against the median " + format_duration(usual.p50) + " of " +
                        counted(usual.samples, "successful run");
    }
    facts.push_back({"Duration", format_duration(metrics.duration), against_usual});
    facts.push_back({"Jobs", std::to_string(metrics.total_jobs), jobs_text(metrics)});
    facts.push_back({"Success rate", percent_text(metrics.success_rate),
                     metrics.executed_jobs == 0 ? "no job was executed"
                                                : std::to_string(metrics.passed_jobs) + " of " + counted(metrics.executed_jobs, "executed job")});
    if (metrics.critical_path > std::chrono::nanoseconds{0}) {
        facts.push_back({"Critical path", format_duration(metrics.critical_path), "the longest chain of jobs"});
    }
    if (metrics.worker_use) {
        const std::string limit = report.run.max_workers == 0 ? "no limit" : "limit " + std::to_string(report.run.max_workers);
        facts.push_back({"Worker use", percent_text(metrics.worker_use), "at most " + std::to_string(metrics.peak_workers) + " at once, " + limit});
    }
    if (metrics.tests > 0) {
        facts.push_back({"Tests", std::to_string(metrics.tests), std::to_string(metrics.failed_tests) + " failed, " + std::to_string(metrics.skipped_tests) + " skipped"});
    }
    facts.push_back({"Health", std::string(to_string(report.health.status)), report.health.explanation});
    return facts;
}

/// The end of a stream, without the rest of a line whose beginning was not kept.
std::string_view whole_lines(std::string_view kept, const PipelineJob& job) {
    const std::size_t all_kept = job.output.size() + job.error.size();
    // As much is kept of each stream: of two the shorter one is there from its beginning.
    const bool is_cut = !job.attempts.empty() && job.attempts.back().outcome.output_bytes > all_kept &&
                        kept.size() == std::max(job.output.size(), job.error.size());
    const std::size_t line_end = kept.find('\n');
    if (is_cut && line_end < kept.size() - 1) kept.remove_prefix(line_end + 1);
    return kept;
}

std::vector<Failure> failures_of(const RunRecord& record, const RunNames& names, std::size_t& omitted) {
    std::vector<Failure> out;
    for_each_job(record.pipeline, [&](const PipelineStage& stage, const PipelineJob& job) {
        if (job.status != PipelineStatus::failure) return;
        if (out.size() == most_failures) {
            ++omitted;
            return;
        }
        Failure failure;
        failure.name = names.of(stage, job);
        failure.words = status_words(stage, job);
        failure.detail = detail_of(job);
        if (!job.attempts.empty()) failure.log = job.attempts.back().log.native();
        failure.output = without_control_sequences(whole_lines(job.output, job));
        failure.error = without_control_sequences(whole_lines(job.error, job));
        out.push_back(std::move(failure));
    });
    // Those that the run failed by come first.
    const auto allowed = std::count_if(out.begin(), out.end(), [](const Failure& failure) { return failure.words.style != "failure"; });
    std::vector<Failure> sorted(out.size());
    auto hard = sorted.begin();
    auto soft = sorted.end() - allowed;
    for (Failure& failure : out) *(failure.words.style == "failure" ? hard++ : soft++) = std::move(failure);
    return sorted;
}

// ---- execution

Table stages_table(const Pipeline& run) {
    Table table;
    table.title = "Stages";
    table.columns = {"Stage", "Result", "Time", "After", "Detail"};
    for (const PipelineStage& stage : run.stages) {
        add(table, {printable(stage.name), status_words(stage.status, stage.allow_failure), stage.start_time ? duration(stage.duration) : number("-"),
                    or_dash(printable(join(stage.dependencies, ", "))), or_dash(reason_text(stage.reason))});
    }
    return table;
}

Table attempts_table(const Pipeline& run, const RunNames& names) {
    Table table;
    table.title = "Jobs and attempts";
    table.columns = {"Job", "Attempt", "Result", "Queued", "Time", "CPU", "Memory", "Containment", "Detail"};
    for_each_job(run, [&](const PipelineStage& stage, const PipelineJob& job) {
        if (job.attempts.empty()) {
            add(table, {names.of(stage, job), number("-"), status_words(stage, job), number("-"), number("-"), number("-"), number("-"),
                        Cell("-"), or_dash(detail_of(job))});
        }
        for (const JobAttempt& attempt : job.attempts) {
            const auto& outcome = attempt.outcome;
            const std::int64_t memory = outcome.peak_memory_kib;
            add(table, {names.of(stage, job), number(static_cast<std::size_t>(attempt.number)), status_words(attempt.status, is_allowed_to_fail(stage, job)),
                        duration(attempt.queued), duration(attempt.duration), duration(outcome.user_time + outcome.system_time),
                        number(memory > 0 ? bytes_text(static_cast<std::uint64_t>(memory) * 1024) : "-"),
                        Cell(std::string(to_string(outcome.containment))), or_dash(reason_text(attempt.reason))});
        }
    });
    return table;
}

Table warnings_table(const Pipeline& run, const RunNames& names) {
    Table table;
    table.title = "Warnings";
    table.columns = {"Job", "Warning"};
    for_each_job(run, [&](const PipelineStage& stage, const PipelineJob& job) {
        for (const std::string& warning : job.warnings) add(table, {names.of(stage, job), printable(warning)});
    });
    return table;
}

// ---- performance

Table critical_table(const RunRecord& record, const RunNames& names) {
    Table table;
    table.title = "Critical path";
    table.note = "The longest chain of jobs by measured time: only what shortens it shortens the run.";
    table.columns = {"Job", "Time", "Share of the run"};
    const CriticalJobs critical(record);
    std::vector<std::tuple<std::optional<SystemTime>, const PipelineStage*, const PipelineJob*>> path;
    for_each_job(record.pipeline, [&](const PipelineStage& stage, const PipelineJob& job) {
        if (critical.contains(stage, job)) path.emplace_back(job.start_time, &stage, &job);
    });
    // Of those that start at once the one that ends first has led to the other.
    std::sort(path.begin(), path.end(), [](const auto& a, const auto& b) {
        return std::tie(std::get<0>(a), std::get<2>(a)->end_time) < std::tie(std::get<0>(b), std::get<2>(b)->end_time);
    });
    for (const auto& [start, stage, job] : path) {
        std::optional<double> share;
        if (record.pipeline.duration > std::chrono::nanoseconds{0}) {
            share = static_cast<double>(job->duration.count()) / static_cast<double>(record.pipeline.duration.count()) * 100.0;
        }
        add(table, {names.of(*stage, *job), duration(job->duration), number(percent_text(share))});
    }
    return table;
}

const JobHistory* history_of(const PipelineHistory& history, const std::string& stage, const std::string& job) {
    const auto found = std::find_if(history.jobs.begin(), history.jobs.end(),
                                    [&](const JobHistory& its) { return its.stage == stage && its.job == job; });
    return found == history.jobs.end() ? nullptr : &*found;
}

Table slowest_table(const PipelineReport& report, const RunNames& names) {
    Table table;
    table.title = "Slowest jobs";
    table.note = "Usual times are of successes among the last " + counted(report.history.runs.size(), "run") + ", this one included.";
    table.columns = {"Job", "Time", "Queued", "Usual p50", "Usual p95", "Against p50", "Samples"};
    std::vector<std::pair<const PipelineStage*, const PipelineJob*>> jobs;
    for_each_job(report.run.pipeline, [&jobs](const PipelineStage& stage, const PipelineJob& job) {
        if (!job.attempts.empty()) jobs.emplace_back(&stage, &job);
    });
    std::sort(jobs.begin(), jobs.end(), [](const auto& a, const auto& b) {
        return std::tie(b.second->duration, a.first->name, a.second->name) < std::tie(a.second->duration, b.first->name, b.second->name);
    });
    if (jobs.size() > most_slowest) {
        table.omitted = jobs.size() - most_slowest;
        jobs.resize(most_slowest);
    }
    for (const auto& [stage, job] : jobs) {
        const JobHistory* const its = history_of(report.history, stage->name, job->name);
        const bool is_known = its && its->durations.samples > 0;
        table.rows.push_back({names.of(*stage, *job), duration(job->duration), duration(job->attempts.front().queued),
                              is_known ? duration(its->durations.p50) : number("-"), is_known ? duration(its->durations.p95) : number("-"),
                              number(is_known ? against(job->duration, its->durations.p50) : "-"), number(is_known ? its->durations.samples : 0)});
    }
    return table;
}

Table distribution_table(const PipelineReport& report) {
    Table table;
    table.title = "Distributions";
    table.note = "p50 and p95 interpolate linearly between the closest ranks (type 7 of Hyndman and Fan, 1996).";
    table.columns = {"Of", "Samples", "Minimum", "Mean", "p50", "p95", "Maximum"};
    const auto row = [&table](const char* name, const DurationStatistics& figures) {
        if (figures.samples == 0) return;
        table.rows.push_back({std::string(name), number(figures.samples), duration(figures.minimum), duration(figures.mean), duration(figures.p50),
                              duration(figures.p95), duration(figures.maximum)});
    };
    row("successful runs, recorded", report.history.durations);
    row("jobs of this run", report.metrics.job_durations);
    row("waits for a worker, this run", report.metrics.queue_times);
    return table;
}

// ---- quality

std::string flaky_text(const JobHistory& job) {
    std::vector<std::string> parts;
    if (job.passed_on_retry > 0) parts.push_back("passed on a retry in " + counted(job.passed_on_retry, "run"));
    if (job.changed_verdict > 0) parts.push_back("both results on " + counted(job.changed_verdict, "commit"));
    return join(parts, "; ");
}

std::string since_text(const std::optional<FailingSince>& streak) {
    if (!streak) return "-";
    return (streak->is_beyond ? "at least " : "") + ("run " + streak->run) + " (" + counted(streak->runs, "run") + ")";
}

Table job_quality_table(const PipelineReport& report) {
    Table table;
    table.title = "Jobs over the last " + counted(report.history.runs.size(), "run");
    table.note = "Flaky: passed on a retry, or passed and failed with the same commit and definition.";
    table.columns = {"Job", "Passed", "Rate", "Retried", "Flaky", "Failing since"};
    std::vector<const JobHistory*> jobs;
    for (const JobHistory& job : report.history.jobs) jobs.push_back(&job);
    std::sort(jobs.begin(), jobs.end(), [](const JobHistory* a, const JobHistory* b) {
        const auto weight = [](const JobHistory* job) { return job->failing_since ? 0 : job->is_flaky() ? 1 : 2; };
        return std::tuple(weight(a), a) < std::tuple(weight(b), b);  // they lie in a vector, in their order
    });
    for (const JobHistory* const job : jobs) {
        std::optional<double> rate;
        if (job->executed > 0) rate = static_cast<double>(job->passed) / static_cast<double>(job->executed) * 100.0;
        add(table, {printable(job->stage + "." + job->job), number(std::to_string(job->passed) + " of " + std::to_string(job->executed)),
                    number(percent_text(rate)), number(job->retried), or_dash(flaky_text(*job)), since_text(job->failing_since)});
    }
    return table;
}

Table tests_table(const Pipeline& run, const RunNames& names) {
    Table table;
    table.title = "Tests";
    table.columns = {"Job", "Tests", "Failed", "Skipped", "Flaky"};
    for_each_job(run, [&](const PipelineStage& stage, const PipelineJob& job) {
        if (!job.tests) return;
        add(table, {names.of(stage, job), number(job.tests->total), number(job.tests->failed), number(job.tests->skipped),
                    number(job.tests->flaky_names.size())});
    });
    return table;
}

Table named_tests_table(const Pipeline& run, const RunNames& names) {
    Table table;
    table.title = "Failed and flaky tests";
    table.columns = {"Job", "Test", "Result"};
    const auto row = [&](const PipelineStage& stage, const PipelineJob& job, const std::string& test, const char* result) {
        if (table.rows.size() == most_named_tests) ++table.omitted;
        else table.rows.push_back({names.of(stage, job), code(printable(test)), std::string(result)});
    };
    for_each_job(run, [&](const PipelineStage& stage, const PipelineJob& job) {
        if (!job.tests) return;
        for (const std::string& test : job.tests->failed_names) row(stage, job, test, "failed");
        for (const std::string& test : job.tests->flaky_names) row(stage, job, test, "flaky: failed and passed");
    });
    return table;
}

Table last_runs_table(const PipelineHistory& history) {
    Table table;
    table.title = "Last runs";
    table.columns = {"Run", "Result", "Started", "Time", "Jobs passed", "Jobs failed", "Detail"};
    for (const RunOutcome& run : history.runs) {
        add(table, {code(run.id), status_words(run.status), time_text(run.start_time), duration(run.duration), number(run.jobs_passed),
                    number(run.jobs_failed), or_dash(reason_text(run.reason))});
    }
    return table;
}

// ---- compliance

std::string who_cancelled(const Pipeline& run) {
    if (run.status != PipelineStatus::cancelled) return "nobody";
    return run.reason.detail().empty() ? "somebody who gave no reason" : printable(run.reason.detail());
}

Table provenance_table(const RunRecord& record) {
    const Pipeline& run = record.pipeline;
    const RunOrigin& origin = record.origin;
    Table table;
    table.title = "Provenance";
    table.columns = {"What", "Value"};
    const auto row = [&table](const char* what, const std::string& value) {
        table.rows.push_back({std::string(what), value.empty() ? Cell("not recorded") : code(printable(value))});
    };
    row("Run", run.run_id);
    row("Continues run", origin.parent.empty() ? "none" : origin.parent);
    row("Pipeline", run.name);
    row("Pipeline file", run.source.native());
    row("Trace", origin.trace_id);
    row("Definition, SHA-256", origin.config_digest);
    row("Commit", origin.commit);
    row("Branch", origin.branch);
    row("User", origin.user);
    row("Host", origin.host);
    row("Working directory", origin.working_directory);
    row("kahn version", origin.version);
    row("Engine, process id", origin.pid == 0 ? std::string() : std::to_string(origin.pid));
    row("Started", to_iso8601(run.start_time.value_or(SystemTime())));
    if (!run.start_time) table.rows.back()[1] = Cell("not recorded");
    row("Ended", run.end_time ? to_iso8601(*run.end_time) : std::string());
    row("Result", std::string(record.is_interrupted ? "interrupted" : to_string(run.status)) + (run.reason ? " (" + run.reason.text() + ")" : ""));
    row("Cancelled by", who_cancelled(run));
    return table;
}

Table audit_table(const Pipeline& run, const RunNames& names) {
    Table table;
    table.title = "What ran";
    table.note = "Commands: SHA-256 of a job's commands, each ended by a NUL byte, or what runs on GitHub. Digest: of all that decides its result, see the documentation of rerun.";
    table.columns = {"Job", "Result", "Started", "Ended", "Commands", "Digest", "Taken over from"};
    for_each_job(run, [&](const PipelineStage& stage, const PipelineJob& job) {
        add(table, {names.of(stage, job), status_words(stage, job), time_text(job.start_time), time_text(job.end_time),
                    code(job.github ? printable(workflow_text(*job.github)) : commands_digest(job)), code(job.digest), or_dash(job.reused_from)});
    });
    return table;
}

Table artifacts_table(const Pipeline& run, const RunNames& names) {
    Table table;
    table.title = "Artifacts";
    table.columns = {"Job", "File", "Size", "SHA-256"};
    for_each_job(run, [&](const PipelineStage& stage, const PipelineJob& job) {
        for (const Artifact& artifact : job.collected_artifacts) {
            add(table, {names.of(stage, job), code(printable(artifact.path.native())), number(bytes_text(artifact.bytes)), code(artifact.sha256)});
        }
    });
    return table;
}

// ---- summary

Table not_passed_table(const Pipeline& run, const RunNames& names) {
    Table table;
    table.title = "What did not pass";
    table.columns = {"Job", "Result", "Time", "Detail"};
    for_each_job(run, [&](const PipelineStage& stage, const PipelineJob& job) {
        if (job.status == PipelineStatus::success) return;
        if (table.rows.size() == most_slowest) ++table.omitted;
        else table.rows.push_back({names.of(stage, job), status_words(stage, job), job.attempts.empty() ? number("-") : duration(job.duration), or_dash(detail_of(job))});
    });
    return table;
}

}  // namespace

std::string commands_digest(const PipelineJob& job) {
    std::string all;
    for (const std::string& command : job.commands) {
        all += command;
        all += '\0';
    }
    return sha256_hex(all);
}

std::string time_text(const std::optional<SystemTime>& time) {
    if (!time) return "-";
    std::string text = to_iso8601(*time).substr(0, 19);
    text[10] = ' ';
    return text + " UTC";
}

std::string percent_text(const std::optional<double>& value) {
    if (!value) return "-";
    return fixed(*value, "%.1f %%");
}

StatusWords status_words(const RunRecord& record) noexcept {
    return record.is_interrupted ? interrupted_words() : status_words(record.pipeline.status);
}

ReportContent content_of(const PipelineReport& report) {
    const Pipeline& run = report.run.pipeline;
    const RunNames names(run);
    ReportContent content;
    content.title = printable(run.name);
    content.status = status_words(report.run);
    content.facts = facts_of(report);
    const auto add_table = [&content](Table table) {
        if (!table.rows.empty()) content.tables.push_back(std::move(table));
    };
    switch (report.type) {
        case ReportType::execution:
            content.failures = failures_of(report.run, names, content.failures_omitted);
            add_table(stages_table(run));
            add_table(attempts_table(run, names));
            add_table(warnings_table(run, names));
            break;
        case ReportType::performance:
            add_table(critical_table(report.run, names));
            add_table(slowest_table(report, names));
            add_table(distribution_table(report));
            break;
        case ReportType::quality:
            add_table(job_quality_table(report));
            add_table(tests_table(run, names));
            add_table(named_tests_table(run, names));
            add_table(last_runs_table(report.history));
            break;
        case ReportType::compliance:
            add_table(provenance_table(report.run));
            add_table(audit_table(run, names));
            add_table(artifacts_table(run, names));
            break;
        case ReportType::summary:
            add_table(not_passed_table(run, names));
            add_table(critical_table(report.run, names));
            break;
    }
    return content;
}

}  // namespace kahn::render
