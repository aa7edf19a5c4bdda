#pragma once

#include "process/proc.hpp"

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kahn::process {

/// Processes that were stopped from here by SIGSTOP, so that these and no others go on again: what somebody else has stopped is his.
///
/// \par Thread safety
/// Safe from any thread.
class StoppedProcesses {
public:
    using Look = std::function<std::vector<ProcessInfo>()>;
    using Send = std::function<void(pid_t, int signal)>;
    using Find = std::function<std::optional<ProcessInfo>(pid_t)>;

    StoppedProcesses();
    /// For tests: in place of kill() and process_info().
    StoppedProcesses(Send send, Find find) : send_(std::move(send)), find_(std::move(find)) {}

    /// Stops what `look` sees, parents before their children, again and again until two looks see the same and nothing
    /// new: what is born meanwhile is found the next time. Gives up on a tree that grows faster than that.
    void stop(const Look& look);
    /// In the reverse order, so that no parent finds its child stopped.
    void go_on();

private:
    using Identity = std::pair<pid_t, std::uint64_t>;  // with the time of its start: numbers are used again

    bool is_known(const Identity& identity) const;

    const Send send_;
    const Find find_;
    std::mutex mutex_;
    std::vector<Identity> stopped_;
};

}  // namespace kahn::process
