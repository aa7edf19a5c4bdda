#pragma once

#include <kahn/model/pipeline.hpp>

#include <span>
#include <string>

namespace kahn {

/// The stages and jobs that were asked for, and all that they depend on. Both lists empty: everything.
///
/// A job that was asked for brings the jobs it depends on and, since a stage waits for whole stages, every job of the stages
/// that its stage depends on.
/// \throws Error (unknown_stage, unknown_job, invalid_argument for an ambiguous job), with a guess at what was meant
Pipeline select(Pipeline pipeline, std::span<const std::string> stages, std::span<const std::string> jobs);

}  // namespace kahn
