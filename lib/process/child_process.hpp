#pragma once

#include "base/unique_fd.hpp"

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <type_traits>

namespace kahn::process {

/// How a process ended, and what it used.
struct ChildStatus {
    enum class End { exited, signaled, lost };

    ChildStatus() = default;
    static ChildStatus from_wait_status(int status, const rusage& usage) noexcept;

    End end = End::lost;
    int value = 0;  ///< exit code or signal
    std::chrono::microseconds user_time{0};
    std::chrono::microseconds system_time{0};
    std::int64_t peak_memory_kib = 0;
};
static_assert(!std::is_aggregate_v<ChildStatus>);

/// One child of the engine. It is reaped once, by whoever comes first, and everybody is told the same status.
///
/// \par Thread safety
/// Safe from any thread: `Supervisor::kill_all` reaps what an attempt's executor waits for.
class ChildProcess {
public:
    ChildProcess(pid_t pid, UniqueFd pidfd) noexcept : pid_(pid), pidfd_(std::move(pidfd)) {}

    pid_t pid() const noexcept { return pid_; }
    int pidfd() const noexcept { return pidfd_.get(); }

    /// The status, if the process has ended. Never blocks.
    std::optional<ChildStatus> try_reap() noexcept;

    /// To this process and no other, even if its number is in use again; nothing once it is reaped.
    void signal(int number) noexcept;

private:
    const pid_t pid_;
    const UniqueFd pidfd_;
    std::mutex mutex_;
    std::optional<ChildStatus> status_;
};

}  // namespace kahn::process
