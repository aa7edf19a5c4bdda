#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/status.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn {

/// How surely a tree of processes can be ended, from the surest down.
enum class Containment {
    none,       ///< no process of this machine was involved
    cgroup2,    ///< a control group of its own: nothing escapes
    subreaper,  ///< a shim adopts every orphan: nothing escapes while the shim lives
    session,    ///< killed by process group: a daemon can escape
};

std::string_view to_string(Containment containment) noexcept;
std::optional<Containment> parse_containment(std::string_view word) noexcept;

enum class OutputStream { stdout_stream, stderr_stream };

/// `stdout` or `stderr`
std::string_view to_string(OutputStream stream) noexcept;

/// How the work of one attempt ended, as whoever ran it saw it.
enum class AttemptEnd {
    exited,       ///< by `exit_code`
    signaled,     ///< by `signal`
    failed,       ///< the work itself says so, with no exit code: see `message`
    not_started,  ///< see `message`
    status_lost,  ///< somebody else reaped the process
    stopped,      ///< ended because it was told to: see Executor
    unkillable,   ///< told to end, and did not: see `message`
};

/// A process that was still there after the attempt's commands had ended.
struct Leftover {
    Leftover() = default;
    Leftover(int pid_, std::string name_) : pid(pid_), name(std::move(name_)) {}

    int pid = 0;
    std::string name;  ///< as the kernel has it: at most 15 bytes

    friend bool operator==(const Leftover&, const Leftover&) = default;
};

/// What running one attempt's commands came to. Filled by an Executor.
struct AttemptOutcome {
    AttemptOutcome() = default;

    AttemptEnd end = AttemptEnd::exited;
    std::optional<int> exit_code;  ///< of the last command that ran, if it exited
    int signal = 0;                ///< the signal that ended the last command, else 0
    std::size_t command = 0;       ///< index of the last command that ran
    std::string message;           ///< what there is to say beyond the code: path and errno text, `out of memory`, ...

    std::chrono::microseconds user_time{0};    ///< of all reaped processes of the attempt
    std::chrono::microseconds system_time{0};  ///< of all reaped processes of the attempt
    std::int64_t peak_memory_kib = 0;  ///< largest resident set of one process; 0: not known, no more than the engine's own

    Containment containment = Containment::none;
    std::vector<Leftover> leftovers;
    std::vector<std::string> warnings;  ///< in plain words

    std::string output;            ///< tail of standard output
    std::string error;             ///< tail of standard error
    std::uint64_t output_bytes = 0;  ///< printed in all, on both streams
    bool log_truncated = false;      ///< the log has not everything that was printed

    bool succeeded() const noexcept { return end == AttemptEnd::exited && exit_code == 0; }
};
static_assert(!std::is_aggregate_v<AttemptOutcome>);

/// Hears what an attempt does while it runs, on the executor that the attempt runs on.
class AttemptListener {
public:
    virtual ~AttemptListener() = default;
    /// \param command index of the command whose process now exists
    virtual void on_command(std::size_t command, int pid) noexcept = 0;
    /// \param offset of `text` in all that the attempt has printed, both streams together
    virtual void on_output(OutputStream stream, std::uint64_t offset, std::string_view text) noexcept = 0;
};

/// One try of a job.
struct JobAttempt {
    JobAttempt() = default;

    int number = 1;  ///< from 1
    PipelineStatus status = PipelineStatus::pending;
    Reason reason;
    std::optional<SystemTime> start_time;
    std::chrono::nanoseconds duration{0};
    std::chrono::nanoseconds queued{0};  ///< from the moment it could have started to the moment it did
    std::filesystem::path log;           ///< empty if nothing was printed to a file
    AttemptOutcome outcome;
};
static_assert(!std::is_aggregate_v<JobAttempt>);

/// `exit 3`, `signal 11 (SIGSEGV)`, `killed by SIGKILL (out of memory)`, ... for people.
std::string describe(const AttemptOutcome& outcome);

/// `SIGTERM` for 15; `signal 77` for a number without a name.
std::string signal_name(int signal);

}  // namespace kahn
