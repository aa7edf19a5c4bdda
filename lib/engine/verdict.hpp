#pragma once

#include <kahn/model/attempt.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/model/status.hpp>

#include <optional>

namespace kahn {

/// How an attempt ended, as the run records it.
struct AttemptVerdict {
    PipelineStatus status = PipelineStatus::failure;
    Reason reason;
};

/// \param leftovers   a success that left processes behind is none where they are forbidden
/// \param told_to_end why the engine told the attempt to end, if it did: then that is the reason, unless the work had ended by
///                    itself before it heard of it
AttemptVerdict judge(const AttemptOutcome& outcome, const std::optional<Reason>& told_to_end,
                     LeftoverPolicy leftovers = LeftoverPolicy::kill);

/// Of an attempt that was told to end and did.
AttemptVerdict judge_ended(const Reason& why);

/// Whether another attempt after this one, which has failed, cannot do the same work twice at once. It could where the work still goes
/// on (unkillable), and where a workflow on GitHub may do so: started or not, ended or not, nobody here knows (status_lost).
bool may_be_repeated(const PipelineJob& job, const AttemptOutcome& outcome) noexcept;

}  // namespace kahn
