#pragma once

#include <kahn/model/pipeline.hpp>

namespace kahn {

/// The exit status that stands for a run: 0 success, 1 failure, 3 it cannot be run as it is written, 70 an internal error, 74 its
/// files cannot be made, 124 the pipeline's timeout, 128 + n when it was cancelled for signal n (the reason's detail is the
/// signal's name), 130 for any other cancellation.
int exit_status(const Pipeline& finished_run) noexcept;

}  // namespace kahn
