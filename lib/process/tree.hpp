#pragma once

#include "process/child_process.hpp"
#include "process/launcher.hpp"
#include "process/proc.hpp"
#include "process/stopped_processes.hpp"

#include <kahn/base/suspension.hpp>
#include <kahn/model/attempt.hpp>

#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kahn::process {

/// One command that was launched: the program itself, or the shim that starts it.
///
/// Its events are read where readiness_fd() is readable; a readiness without an event means: wait again.
class Command {
public:
    enum class Event { started, exec_failed, ended };

    virtual ~Command() = default;
    virtual int readiness_fd() const noexcept = 0;
    /// The next thing that happened to it. Never blocks.
    virtual std::optional<Event> poll() = 0;
    /// The engine's own child: the program, or the shim.
    virtual const std::shared_ptr<ChildProcess>& child() const noexcept = 0;

    pid_t pid() const noexcept { return pid_; }                    ///< of the program, after `started`
    int error() const noexcept { return error_; }                  ///< errno, after `exec_failed`
    const ChildStatus& status() const noexcept { return status_; }  ///< after `ended`

protected:
    pid_t pid_ = 0;
    int error_ = 0;
    ChildStatus status_;
};

/// Holds the processes of one attempt together: one implementation for each rung of the ladder.
///
/// \par Thread safety
/// Safe from any thread.
class Tree : public Suspension::Part {
public:
    ~Tree() override = default;

    /// Whether empty() is sure: nothing can leave the tree.
    virtual bool is_tight() const noexcept = 0;

    /// Makes `request` start inside the tree and starts it. On failure the command is null, the result tells why:
    /// ECANCELED for a tree that was killed, LaunchStage::suspended for one that stands still.
    struct Launched {
        Launched() = default;
        std::shared_ptr<Command> command;
        LaunchResult result;
    };
    Launched launch(Launcher& launcher, LaunchRequest request);

    /// Whether nothing of the tree is left, as far as this rung can see. Reaps what can be reaped.
    bool empty();

    /// What is in the tree now.
    virtual std::vector<ProcessInfo> processes() = 0;

    /// How many of it were killed for want of memory, where that is counted for the tree alone.
    virtual std::optional<std::uint64_t> oom_kills() { return std::nullopt; }

    /// SIGTERM to what is in it, and SIGCONT, for what is stopped hears nothing before. What is born meanwhile may be missed.
    virtual void terminate();

    /// SIGKILL to all of it; what is being launched at this moment is killed as soon as it is there. Does not wait.
    void kill() noexcept;
    bool is_killed() const noexcept;

    /// Lets its processes stand still, also one that is being launched at this moment; those can still be killed. Waits a moment
    /// for a launch to end.
    void suspend() noexcept override;
    void resume() noexcept override;

    /// The processes that the engine has to reap and that have not ended.
    std::vector<pid_t> unreaped();

    /// It is over: waits a moment, no longer than a process takes to exit, for what has said that it is about to.
    virtual void settle() noexcept {}

protected:
    /// Changes the request so that it starts inside. What it returns is kept until launched() has been called.
    virtual LaunchResult enter(LaunchRequest& request, UniqueFd& kept, UniqueFd& passed) = 0;
    virtual std::shared_ptr<Command> make_command(std::shared_ptr<ChildProcess> child, UniqueFd kept) = 0;
    virtual void child_added(ChildProcess&) {}
    virtual bool is_empty() = 0;
    bool are_children_reaped();
    virtual void kill_all() noexcept = 0;
    /// By signals, unless the rung knows something better. Called one at a time.
    virtual void freeze();
    virtual void thaw();
    std::vector<std::shared_ptr<ChildProcess>> children() const;

private:
    void freeze_if_suspended() noexcept;

    mutable std::mutex mutex_;
    std::condition_variable launch_ended_;
    std::vector<std::shared_ptr<ChildProcess>> children_;
    int launching_ = 0;
    unsigned launches_ = 0;
    std::optional<unsigned> empty_after_;  // so many launches it was, and so it is still: nothing is born where nothing is
    bool killed_ = false;
    bool suspended_ = false;
    std::mutex freezing_;  // never taken under mutex_
    StoppedProcesses stopped_;
};

/// Sends the signal to each of them: for SIGTERM, which need not reach what is born meanwhile.
void signal_each(const std::vector<ProcessInfo>& processes, int number) noexcept;

/// The program itself, waited for through its pidfd.
class DirectCommand final : public Command {
public:
    explicit DirectCommand(std::shared_ptr<ChildProcess> child) : child_(std::move(child)) { pid_ = child_->pid(); }

    int readiness_fd() const noexcept override { return child_->pidfd(); }
    std::optional<Event> poll() override;
    const std::shared_ptr<ChildProcess>& child() const noexcept override { return child_; }

private:
    std::shared_ptr<ChildProcess> child_;
    bool is_announced_ = false;
};

/// What makes trees, and stands for all of them when the engine dies.
class Containers {
public:
    virtual ~Containers() = default;
    virtual Containment containment() const noexcept = 0;
    /// Nothing, and the reason, if the rung fails all of a sudden.
    virtual std::shared_ptr<Tree> make_tree(std::string& why_not) = 0;
    /// What is worth a warning in every outcome from now on: the guard is gone.
    virtual std::string warning() { return {}; }
};

}  // namespace kahn::process
