#pragma once

#include "config/places.hpp"
#include "config/report.hpp"

#include <kahn/model/pipeline.hpp>

namespace kahn::config {

/// What only the whole pipeline shows: names that are given twice, dependencies that are missing, doubled, circular or
/// out of order. Linear in stages, jobs and dependencies. \param places where each of them stands
void check_pipeline(const Pipeline& pipeline, const Places& places, Report& report);

}  // namespace kahn::config
