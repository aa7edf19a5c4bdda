#include "process/tree.hpp"

#include <csignal>

#include <cerrno>
#include <exception>
#include <utility>

namespace kahn::process {

std::optional<Command::Event> DirectCommand::poll() {
    if (!std::exchange(is_announced_, true)) return Event::started;
    const std::optional<ChildStatus> status = child_->try_reap();
    if (!status) return std::nullopt;
    status_ = *status;
    // Until its exec the child lived in the engine's memory, and the kernel counts that as its own. What was not more than
    // that is not known.
    rusage engine{};
    ::getrusage(RUSAGE_SELF, &engine);
    if (status_.peak_memory_kib <= engine.ru_maxrss) status_.peak_memory_kib = 0;
    return Event::ended;
}

Tree::Launched Tree::launch(Launcher& launcher, LaunchRequest request) {
    Launched out;
    {
        const std::scoped_lock lock(mutex_);
        if (killed_) {
            out.result.stage = LaunchStage::clone;
            out.result.error = ECANCELED;
            return out;
        }
        if (suspended_) {  // it would be born frozen, and its parent would wait for its exec
            out.result.stage = LaunchStage::suspended;
            out.result.error = EAGAIN;
            return out;
        }
        ++launching_;
        ++launches_;
    }
    bool kill_at_once = false;
    try {
        UniqueFd kept;
        UniqueFd passed;
        out.result = enter(request, kept, passed);
        if (out.result.error == 0) out.result = launcher.launch(request);
        if (out.result.started()) {
            auto child = std::make_shared<ChildProcess>(out.result.pid, std::move(out.result.pidfd));
            {
                const std::scoped_lock lock(mutex_);
                children_.push_back(child);
            }
            child_added(*child);
            out.command = make_command(std::move(child), std::move(kept));
        }
    } catch (const std::exception&) {  // no memory: what was started meanwhile must not run unwatched
        kill_at_once = true;
        out.command.reset();
        out.result.stage = LaunchStage::memory;
        out.result.error = ENOMEM;
    }
    {
        const std::scoped_lock lock(mutex_);
        --launching_;
        kill_at_once = kill_at_once || killed_;
    }
    launch_ended_.notify_all();
    if (kill_at_once) kill();
    freeze_if_suspended();
    return out;
}

std::vector<std::shared_ptr<ChildProcess>> Tree::children() const {
    const std::scoped_lock lock(mutex_);
    return children_;
}

bool Tree::empty() {
    unsigned launches = 0;
    {
        const std::scoped_lock lock(mutex_);
        if (launching_ > 0) return false;
        if (empty_after_ == launches_) return true;
        launches = launches_;
    }
    if (!is_empty()) return false;
    if (!is_tight()) return true;  // a look at a loose one may have missed somebody
    const std::scoped_lock lock(mutex_);
    empty_after_ = launches;
    return true;
}

bool Tree::are_children_reaped() {
    for (const std::shared_ptr<ChildProcess>& child : children()) {
        if (!child->try_reap()) return false;
    }
    return true;
}

void Tree::terminate() {
    const std::vector<ProcessInfo> all = processes();
    signal_each(all, SIGTERM);
    signal_each(all, SIGCONT);
}

void Tree::kill() noexcept {
    {
        const std::scoped_lock lock(mutex_);
        killed_ = true;
    }
    kill_all();
}

bool Tree::is_killed() const noexcept {
    const std::scoped_lock lock(mutex_);
    return killed_;
}

void Tree::suspend() noexcept {
    constexpr std::chrono::seconds longest{1};  // an exec that waits for a disk: launch() sees to it when it is through
    {
        std::unique_lock lock(mutex_);
        suspended_ = true;
        launch_ended_.wait_for(lock, longest, [this] { return launching_ == 0; });
        if (launching_ > 0) return;
    }
    freeze_if_suspended();
}

void Tree::freeze_if_suspended() noexcept {
    const std::scoped_lock freezing(freezing_);
    {
        const std::scoped_lock lock(mutex_);
        if (!suspended_ || launching_ > 0) return;
    }
    try {
        freeze();
    } catch (const std::exception&) {  // out of memory: it goes on
    }
}

void Tree::resume() noexcept {
    const std::scoped_lock freezing(freezing_);
    {
        const std::scoped_lock lock(mutex_);
        suspended_ = false;
    }
    try {
        thaw();
    } catch (const std::exception&) {  // out of memory
    }
}

void Tree::freeze() {
    stopped_.stop([this] { return processes(); });
}

void Tree::thaw() { stopped_.go_on(); }

std::vector<pid_t> Tree::unreaped() {
    std::vector<pid_t> out;
    for (const std::shared_ptr<ChildProcess>& child : children()) {
        if (!child->try_reap()) out.push_back(child->pid());
    }
    return out;
}

void signal_each(const std::vector<ProcessInfo>& processes, int number) noexcept {
    for (const ProcessInfo& info : processes) {
        if (!info.is_ending) ::kill(info.pid, number);
    }
}

}  // namespace kahn::process
