#include <kahn/render/report.hpp>

#include "base/text.hpp"
#include "render/reason_text.hpp"
#include "render/report_content.hpp"

#include <cstdio>

namespace kahn::render {
namespace {

constexpr std::size_t label_width = 16;

std::string counted(std::size_t n, const char* word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

void append_line(std::string& out, std::string label, const std::string& value) {
    label.resize(label_width, ' ');
    out += "  " + label + value + '\n';
}

std::string glyph(HealthStatus status) {
    switch (status) {
        case HealthStatus::healthy: return "\u2713";
        case HealthStatus::degraded: return "\u2248";
        case HealthStatus::failing: return "\u2717";
        case HealthStatus::unknown: break;
    }
    return "?";
}

std::string change_text(const std::optional<double>& change, const char* unit) {
    if (!change) return "nothing to compare with";
    char text[64];
    std::snprintf(text, sizeof text, "%+.1f %s", *change, unit);
    return text;
}

std::string time_or_dash(const std::optional<std::chrono::nanoseconds>& time) { return time ? format_duration(*time) : "-"; }

}  // namespace

std::string to_text(const PipelineHealth& health) {
    std::string out = glyph(health.status) + ' ' + printable(health.pipeline_name) + "  " + std::string(to_string(health.status)) + ": " +
                      health.explanation + '\n';
    if (health.runs > 0) {
        append_line(out, "success rate", percent_text(health.success_rate) + " of jobs, " + percent_text(health.run_success_rate) + " of " +
                                             counted(health.runs, "run"));
        append_line(out, "duration", "average " + time_or_dash(health.average_duration) + ", p50 " + time_or_dash(health.p50_duration) + ", p95 " +
                                         time_or_dash(health.p95_duration));
    }
    if (health.last_execution) {
        const RunOutcome& last = *health.last_execution;
        append_line(out, "last execution", last.id + ' ' + status_words(last.status).text() + ", " + time_text(last.start_time) + ", " + format_duration(last.duration));
    }
    if (!health.active_executions.empty()) append_line(out, "active", join(health.active_executions, ", "));
    if (health.failing_since) {
        append_line(out, "failing since", "run " + health.failing_since->run + ", " + time_text(health.failing_since->time) + ", " +
                                              counted(health.failing_since->runs, "run") + (health.failing_since->is_beyond ? " or more; no success is recorded" : ""));
    }
    if (health.recovery_time) append_line(out, "recovery time", time_or_dash(health.recovery_time) + " on average");
    for (const RunOutcome& failure : health.recent_failures) {
        append_line(out, "recent failure", failure.id + ' ' + time_text(failure.start_time) + (failure.reason ? "  " + reason_text(failure.reason) : ""));
    }
    return out;
}

std::string to_text(const MetricsSummary& summary) {
    const PeriodMetrics& now = summary.current;
    std::string out = "last " + counted(static_cast<std::size_t>(summary.days), "day") + ", " + time_text(now.since) + " to " + time_text(now.until) + '\n';
    if (now.total_runs == 0) {
        out += "  no run has ended in this time\n";
    } else {
        append_line(out, "runs", std::to_string(now.total_runs) + ": " + std::to_string(now.successful_runs) + " ok, " + std::to_string(now.failed_runs) + " failed, " +
                                     std::to_string(now.cancelled_runs) + " cancelled");
        append_line(out, "success rate", percent_text(now.success_rate) + " of " + counted(now.executed_jobs, "job") + ", " + percent_text(now.run_success_rate) + " of runs");
        append_line(out, "duration", "average " + time_or_dash(now.average_duration));
        append_line(out, "most active", printable(now.most_active_pipeline) + ", " + counted(now.most_active_runs, "run"));
    }
    if (summary.previous.total_runs == 0) {
        append_line(out, "trend", "no run ended in the " + counted(static_cast<std::size_t>(summary.days), "day") + " before: nothing to compare with");
    } else {
        append_line(out, "trend, runs", change_text(summary.runs_change, "%"));
        append_line(out, "trend, success", change_text(summary.success_rate_change, "points"));
        append_line(out, "trend, duration", change_text(summary.duration_change, "%"));
    }
    return out;
}

}  // namespace kahn::render
