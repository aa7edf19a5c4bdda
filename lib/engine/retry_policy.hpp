#pragma once

#include <kahn/model/pipeline.hpp>

#include <chrono>

namespace kahn {

/// How long to wait before the attempt after `failed_attempt` (from 1): the job's delay, doubled each time, at most five
/// minutes, then between half of it and the whole by `jitter` in [0, 1), so that jobs that failed together do not all
/// return together.
std::chrono::milliseconds retry_delay(const PipelineJob& job, int failed_attempt, double jitter);

}  // namespace kahn
