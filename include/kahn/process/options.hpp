#pragma once

#include <kahn/model/attempt.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn {

/// How child processes are started, contained and ended.
struct ProcessOptions {
    ProcessOptions() = default;

    std::chrono::milliseconds grace{std::chrono::seconds{10}};  ///< between SIGTERM and SIGKILL
    std::optional<Containment> require_containment;  ///< refuse to run with anything weaker; nothing: the best there is
    Containment strongest_containment = Containment::cgroup2;  ///< where the search begins; nothing stronger is tried
    /// The kahn-guard program; empty: `libexec/kahn/kahn-guard` in a folder above this library or program, else where it was to
    /// be installed.
    std::filesystem::path guard;
    std::chrono::milliseconds start_patience{std::chrono::seconds{30}};  ///< with a system that has no process to spare
    unsigned spawner_threads = 2;                    ///< 0: children are started on the loop's own thread
    std::size_t kept_output_bytes = 4096;            ///< of each stream of a finished job, in the result
    std::uint64_t log_limit_bytes = 64ULL << 20;     ///< of one attempt; head and tail are kept. 0: no limit
};
static_assert(!std::is_aggregate_v<ProcessOptions>);

/// What contains the children, and why nothing stronger does.
struct ContainmentReport {
    Containment containment = Containment::session;
    std::vector<std::string> notes;  ///< one line for each rung that was tried: `cgroup2: /sys/fs/cgroup/... is writable`
};

}  // namespace kahn
