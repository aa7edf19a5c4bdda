#include "engine/verdict.hpp"

#include <string>

namespace kahn {
namespace {

Reason failure_reason(const AttemptOutcome& outcome) {
    switch (outcome.end) {
        case AttemptEnd::exited: return {Reason::Code::exit_code, describe(outcome)};
        case AttemptEnd::signaled: return {Reason::Code::signal, describe(outcome)};
        case AttemptEnd::failed: return {Reason::Code::failed, outcome.message};
        case AttemptEnd::not_started: return {Reason::Code::not_started, outcome.message};
        case AttemptEnd::status_lost: return {Reason::Code::status_lost, outcome.message};
        case AttemptEnd::unkillable: return {Reason::Code::unkillable, outcome.message};
        case AttemptEnd::stopped: return {Reason::Code::cancelled, outcome.message};
    }
    return {Reason::Code::internal, "unknown end of an attempt"};
}

}  // namespace

AttemptVerdict judge(const AttemptOutcome& outcome, const std::optional<Reason>& told_to_end) {
    if (outcome.succeeded()) return {PipelineStatus::success, {}};
    const bool was_ended = outcome.end == AttemptEnd::stopped || outcome.end == AttemptEnd::unkillable;
    if (!was_ended) return {PipelineStatus::failure, failure_reason(outcome)};
    if (!told_to_end) return {PipelineStatus::cancelled, failure_reason(outcome)};
    AttemptVerdict verdict = judge_ended(*told_to_end);
    if (outcome.end == AttemptEnd::unkillable) verdict.reason = failure_reason(outcome);
    return verdict;
}

AttemptVerdict judge_ended(const Reason& why) {
    return {why.code() == Reason::Code::timeout ? PipelineStatus::failure : PipelineStatus::cancelled, why};
}

bool may_be_repeated(const PipelineJob& job, const AttemptOutcome& outcome) noexcept {
    if (outcome.end == AttemptEnd::unkillable) return false;
    return !job.github || outcome.end != AttemptEnd::status_lost;
}

}  // namespace kahn
