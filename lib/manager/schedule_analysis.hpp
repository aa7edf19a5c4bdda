#pragma once

#include <kahn/engine/options.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/model/schedule.hpp>

namespace kahn {

/// What optimize_pipeline_schedule() returns. \param workers 0: no limit
/// \pre the pipeline is valid
ScheduleAnalysis analyse_schedule(const Pipeline& pipeline, const PastDurations& past, unsigned workers);

}  // namespace kahn
