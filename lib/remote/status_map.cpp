#include "remote/status_map.hpp"

namespace kahn::remote {
namespace {

RunState state(PipelineStatus status, std::string reason, bool is_terminal) {
    RunState out;
    out.status = status;
    out.reason = std::move(reason);
    out.is_terminal = is_terminal;
    return out;
}

std::string unknown(std::string_view word) { return "unknown:" + std::string(word); }

}  // namespace

RunState map_state(std::string_view status, std::string_view conclusion, bool waits_for_approval) {
    using Status = PipelineStatus;
    if (status == "in_progress") return state(Status::running, "", false);
    if (status == "queued") return state(Status::pending, "queued", false);
    if (status == "requested") return state(Status::pending, "requested", false);
    if (status == "pending") return state(Status::pending, "concurrency", false);
    if (status == "waiting") return state(Status::pending, "approval", false);
    if (status != "completed") return state(Status::pending, unknown(status), false);

    if (conclusion == "success") return state(Status::success, "", true);
    if (conclusion == "neutral") return state(Status::success, "neutral", true);
    if (conclusion == "skipped") return state(Status::skipped, "", true);
    if (conclusion == "cancelled") return state(Status::cancelled, "", true);
    if (conclusion == "failure" || conclusion == "timed_out" || conclusion == "startup_failure" || conclusion == "stale") {
        return state(Status::failure, std::string(conclusion), true);
    }
    if (conclusion == "action_required") {
        return waits_for_approval ? state(Status::pending, "action_required", false)
                                  : state(Status::failure, "action_required", true);
    }
    if (conclusion.empty()) {
        RunState out = state(Status::failure, "no_conclusion", false);
        out.lacks_conclusion = true;
        return out;
    }
    return state(Status::failure, unknown(conclusion), true);
}

}  // namespace kahn::remote
