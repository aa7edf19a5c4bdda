#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kahn {

/// Where a run, a stage, a job or an attempt stands.
enum class PipelineStatus { pending, running, success, failure, cancelled, skipped };

/// The enumerator's own name: `pending`, `running`, ...
std::string_view to_string(PipelineStatus status) noexcept;
std::optional<PipelineStatus> parse_status(std::string_view word) noexcept;

/// Whether nothing follows any more.
constexpr bool is_end(PipelineStatus status) noexcept {
    return status != PipelineStatus::pending && status != PipelineStatus::running;
}

/// Why something ended as it did. Every end state carries one.
class Reason {
public:
    enum class Code {
        none,                ///< success, or not ended yet
        exit_code,           ///< a command exited with a code other than 0
        signal,              ///< a command was ended by a signal
        failed,              ///< work without an exit code has failed: a remote run, a coroutine; the detail says how
        timeout,             ///< the job's or the pipeline's time was up
        not_started,         ///< a command could not be started: the detail has path, errno text and stage
        status_lost,         ///< the host took the exit status before kahn could read it
        upstream_failed,     ///< the detail names the root cause
        upstream_cancelled,  ///< the detail names the root cause
        condition,           ///< its own condition does not hold
        job_failed,          ///< a stage or a run: the detail names the first job or stage that failed
        cancelled,           ///< somebody asked for it
        fail_fast,           ///< something else failed, and the run was to stop at the first failure
        unkillable,          ///< processes outlived SIGKILL; the detail names them
        observer_failed,     ///< an observer threw; the detail is its text
        artifacts,           ///< an artifact could not be collected; the detail says which and why
        outputs,             ///< what it wrote to `$KAHN_OUTPUT` cannot be understood; the detail says where and why
        invalid_config,      ///< it cannot be run as it is written; the detail says why
        workspace_unusable,  ///< the run's files cannot be made; the detail has path and reason
        leftovers,           ///< processes were left behind and the job forbids it
        internal,            ///< an exception inside the engine; the detail is its text
    };

    Reason() = default;
    Reason(Code code, std::string detail = {}) : code_(code), detail_(std::move(detail)) {}  // NOLINT: a code is a reason

    Code code() const noexcept { return code_; }
    const std::string& detail() const noexcept { return detail_; }
    explicit operator bool() const noexcept { return code_ != Code::none; }

    /// `upstream_failed: build`; the code alone where there is no detail; empty for none.
    std::string text() const;

    friend bool operator==(const Reason&, const Reason&) = default;

private:
    Code code_ = Code::none;
    std::string detail_;
};

/// The enumerator's own name.
std::string_view to_string(Reason::Code code) noexcept;

}  // namespace kahn
