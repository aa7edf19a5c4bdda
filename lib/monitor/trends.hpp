#pragma once

#include <kahn/model/report.hpp>
#include <kahn/store/store.hpp>

namespace kahn::monitor {

PeriodMetrics period_metrics(const store::PeriodTotals& totals, SystemTime since, SystemTime until);

/// \pre the periods follow each other and are equally long
MetricsSummary compare_periods(PeriodMetrics current, PeriodMetrics previous, int days);

}  // namespace kahn::monitor
