#pragma once

#include <kahn/model/attempt.hpp>
#include <kahn/model/status.hpp>

#include <optional>

namespace kahn {

/// How an attempt ended, as the run records it.
struct AttemptVerdict {
    PipelineStatus status = PipelineStatus::failure;
    Reason reason;
};

/// \param told_to_end why the engine told the attempt to end, if it did: then that is the reason, unless the work had ended by
///                    itself before it heard of it
AttemptVerdict judge(const AttemptOutcome& outcome, const std::optional<Reason>& told_to_end);

/// Of an attempt that was told to end and did.
AttemptVerdict judge_ended(const Reason& why);

}  // namespace kahn
