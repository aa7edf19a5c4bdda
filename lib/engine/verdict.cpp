#include "engine/verdict.hpp"

#include <algorithm>
#include <string>
#include <vector>

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

std::string names_of(const std::vector<Leftover>& processes) {
    constexpr std::size_t most = 10;
    std::string out;
    for (std::size_t i = 0; i < std::min(processes.size(), most); ++i) {
        out += (i > 0 ? ", " : "") + std::to_string(processes[i].pid) + " (" + processes[i].name + ")";
    }
    if (processes.size() > most) out += " and " + std::to_string(processes.size() - most) + " more";
    return out;
}

}  // namespace

AttemptVerdict judge(const AttemptOutcome& outcome, const std::optional<Reason>& told_to_end, LeftoverPolicy leftovers) {
    if (outcome.succeeded()) {
        if (leftovers != LeftoverPolicy::fail || outcome.leftovers.empty()) return {PipelineStatus::success, {}};
        return {PipelineStatus::failure, {Reason::Code::leftovers, names_of(outcome.leftovers)}};
    }
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
