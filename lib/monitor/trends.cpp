#include "monitor/trends.hpp"

#include "monitor/health.hpp"

#include <utility>

namespace kahn::monitor {
namespace {

/// In per cent; nothing where there is nothing to compare with.
std::optional<double> change(double now, double before) {
    if (before <= 0) return std::nullopt;
    return (now - before) / before * 100.0;
}

}  // namespace

PeriodMetrics period_metrics(const store::PeriodTotals& totals, SystemTime since, SystemTime until) {
    PeriodMetrics out;
    out.since = since;
    out.until = until;
    out.total_runs = totals.runs;
    out.successful_runs = totals.succeeded;
    out.failed_runs = totals.failed;
    out.cancelled_runs = totals.cancelled;
    out.success_rate = rate(totals.jobs_passed, totals.jobs_executed);
    out.run_success_rate = rate(totals.succeeded, totals.succeeded + totals.failed);
    // How long one took until it was cancelled says nothing of how long one takes.
    const std::size_t to_the_end = totals.succeeded + totals.failed;
    if (to_the_end > 0) out.average_duration = totals.total_duration / static_cast<std::int64_t>(to_the_end);
    out.executed_jobs = totals.jobs_executed;
    out.most_active_pipeline = totals.most_active_pipeline;
    out.most_active_runs = totals.most_active_runs;
    return out;
}

MetricsSummary compare_periods(PeriodMetrics current, PeriodMetrics previous, int days) {
    MetricsSummary out;
    out.days = days;
    out.runs_change = change(static_cast<double>(current.total_runs), static_cast<double>(previous.total_runs));
    if (current.success_rate && previous.success_rate) out.success_rate_change = *current.success_rate - *previous.success_rate;
    if (current.average_duration && previous.average_duration) {
        out.duration_change = change(static_cast<double>(current.average_duration->count()),
                                     static_cast<double>(previous.average_duration->count()));
    }
    out.current = std::move(current);
    out.previous = std::move(previous);
    return out;
}

}  // namespace kahn::monitor
