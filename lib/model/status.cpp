#include <kahn/model/status.hpp>

#include <array>

namespace kahn {

std::string_view to_string(PipelineStatus status) noexcept {
    switch (status) {
        case PipelineStatus::pending: return "pending";
        case PipelineStatus::running: return "running";
        case PipelineStatus::success: return "success";
        case PipelineStatus::failure: return "failure";
        case PipelineStatus::cancelled: return "cancelled";
        case PipelineStatus::skipped: return "skipped";
    }
    return "unknown";
}

std::optional<PipelineStatus> parse_status(std::string_view word) noexcept {
    static constexpr std::array all{PipelineStatus::pending, PipelineStatus::running,   PipelineStatus::success,
                                    PipelineStatus::failure, PipelineStatus::cancelled, PipelineStatus::skipped};
    for (const PipelineStatus status : all) {
        if (to_string(status) == word) return status;
    }
    return std::nullopt;
}

std::string_view to_string(Reason::Code code) noexcept {
    switch (code) {
        case Reason::Code::none: return "none";
        case Reason::Code::exit_code: return "exit_code";
        case Reason::Code::signal: return "signal";
        case Reason::Code::failed: return "failed";
        case Reason::Code::timeout: return "timeout";
        case Reason::Code::not_started: return "not_started";
        case Reason::Code::status_lost: return "status_lost";
        case Reason::Code::upstream_failed: return "upstream_failed";
        case Reason::Code::upstream_cancelled: return "upstream_cancelled";
        case Reason::Code::condition: return "condition";
        case Reason::Code::job_failed: return "job_failed";
        case Reason::Code::cancelled: return "cancelled";
        case Reason::Code::fail_fast: return "fail_fast";
        case Reason::Code::unkillable: return "unkillable";
        case Reason::Code::observer_failed: return "observer_failed";
        case Reason::Code::leftovers: return "leftovers";
        case Reason::Code::artifacts: return "artifacts";
        case Reason::Code::outputs: return "outputs";
        case Reason::Code::invalid_config: return "invalid_config";
        case Reason::Code::workspace_unusable: return "workspace_unusable";
        case Reason::Code::internal: return "internal";
    }
    return "unknown";
}

std::string Reason::text() const {
    if (code_ == Code::none) return {};
    std::string out(to_string(code_));
    if (!detail_.empty()) out += ": " + detail_;
    return out;
}

}  // namespace kahn
