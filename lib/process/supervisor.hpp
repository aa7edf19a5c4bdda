#pragma once

#include <kahn/base/log.hpp>
#include <kahn/base/masker.hpp>
#include <kahn/base/suspension.hpp>
#include <kahn/model/attempt.hpp>
#include <kahn/process/options.hpp>

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kahn::process {

/// One attempt of a job, as the operating system needs it.
struct AttemptSpec {
    AttemptSpec() = default;

    std::vector<std::string> commands;
    std::vector<std::vector<std::string>> arguments;  ///< what each command is executed as; empty: by a shell, if it needs one
    bool keeps_leftovers = false;  ///< what is left when the commands have ended lives on, until the supervisor ends
    std::vector<std::string> environment;  ///< all of it, `NAME=value`
    std::filesystem::path working_directory;
    std::filesystem::path log;  ///< made when there is something to write; empty: none is kept
    std::string name;           ///< for messages: `stage.job`
    std::shared_ptr<const Masker> masker;  ///< of all that is printed; null: there is nothing to hide
    std::shared_ptr<Suspension> suspension;  ///< with which it stands still; null: it never does
};
static_assert(!std::is_aggregate_v<AttemptSpec>);

/// Starts, contains, watches and ends the children of one engine. Owns the containment root, the guard process and the
/// spawner threads.
///
/// \par Thread safety
/// Safe from any thread. Attempts may run at once on different executors.
class Supervisor {
public:
    /// Finds the best containment and starts the guard. \throws Error (containment_unavailable).
    static std::shared_ptr<Supervisor> create(ProcessOptions options, Logger logger);
    virtual ~Supervisor() = default;

    virtual ContainmentReport containment() const = 0;

    /// Ends every child at once and reaps it, blocking for at most `limit`; nothing starts any more. Touches no coroutine:
    /// attempts that are still awaited end as `stopped` when their executor runs again.
    virtual void kill_all(std::chrono::milliseconds limit) noexcept = 0;
};

/// Runs the commands one after another, each in a shell (or directly, if it needs none) and a session of its own, and returns
/// when all of them have ended and nothing of the tree is left. Never throws for what a child does.
///
/// While its suspension lasts, its processes stand still, what it leaves running (AttemptSpec::keeps_leftovers) included, no command
/// is started, and no grace passes.
/// \par Cancellation
/// `terminal`: SIGTERM to the whole tree, then SIGCONT, SIGKILL after the grace. A second one: SIGKILL at once. The outcome's
/// end is `stopped`, or `unkillable`.
/// \par Object lifetimes
/// Owns what it needs.
boost::asio::awaitable<AttemptOutcome> run_attempt(std::shared_ptr<Supervisor> supervisor, AttemptSpec spec,
                                                   std::shared_ptr<AttemptListener> listener);

}  // namespace kahn::process
