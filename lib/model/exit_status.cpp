#include <kahn/model/exit_status.hpp>

#include <kahn/model/attempt.hpp>

namespace kahn {
namespace {

constexpr int last_standard_signal = 31;
constexpr int interrupted = 128 + 2;  // as by SIGINT

int status_of_cancellation(const Reason& reason) {
    for (int signal = 1; signal <= last_standard_signal; ++signal) {
        if (signal_name(signal) == reason.detail()) return 128 + signal;
    }
    return interrupted;
}

int status_of_failure(const Reason& reason) {
    switch (reason.code()) {
        case Reason::Code::timeout: return 124;
        case Reason::Code::invalid_config: return 3;
        case Reason::Code::internal: return 70;
        case Reason::Code::workspace_unusable: return 74;
        default: return 1;
    }
}

}  // namespace

int exit_status(const Pipeline& finished_run) noexcept {
    switch (finished_run.status) {
        case PipelineStatus::success: return 0;
        case PipelineStatus::cancelled: return status_of_cancellation(finished_run.reason);
        default: return status_of_failure(finished_run.reason);
    }
}

}  // namespace kahn
