#pragma once

#include <kahn/model/report.hpp>

namespace kahn::monitor {

/// One run in figures, all of them from what was recorded.
PipelineMetrics measure(const RunRecord& record);

}  // namespace kahn::monitor
