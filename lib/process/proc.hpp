#pragma once

#include <kahn/model/attempt.hpp>

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::process {

/// One line of /proc/PID/stat, so far as anybody here wants it.
struct ProcessInfo {
    ProcessInfo() = default;

    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    pid_t session = 0;
    std::uint64_t start_time = 0;  ///< in clock ticks since boot: with the pid it names one process for ever
    bool is_stopped = false;       ///< by a signal, until SIGCONT
    bool is_ending = false;        ///< a zombie, or on its way out: no signal matters to it any more
    std::string name;              ///< at most 15 bytes
};
static_assert(!std::is_aggregate_v<ProcessInfo>);

/// Nothing if the line is not one.
std::optional<ProcessInfo> parse_stat(const std::string& line);

/// Nothing if there is no such process (any more).
std::optional<ProcessInfo> process_info(pid_t pid);

/// Every process of this machine that this process may see.
std::vector<ProcessInfo> all_processes();

/// What `roots` have started, directly or not, without the roots. Asks the kernel for each process's children where it tells them
/// (CONFIG_PROC_CHILDREN), so that it costs what there is to find and not what else runs on the machine. While processes end, those
/// lists may miss some that live: see proc(5).
std::vector<ProcessInfo> descendants_of(const std::vector<pid_t>& roots);

/// Those of `all` whose chain of parents leads to one of `roots`, without the roots.
std::vector<ProcessInfo> descendants_of(const std::vector<pid_t>& roots, const std::vector<ProcessInfo>& all);

/// For people, without those that are ending.
std::vector<Leftover> as_leftovers(const std::vector<ProcessInfo>& processes);

/// A small file of /proc or /sys, read at once; empty if it cannot be.
std::string read_small_file(int directory, const char* path);

}  // namespace kahn::process
