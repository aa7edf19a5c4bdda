#include "process/session_tree.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <utility>

namespace kahn::process {
namespace {

class SessionTree final : public Tree {
public:
    SessionTree(std::shared_ptr<GuardClient> guard, std::shared_ptr<RecentProcesses> recent)
        : guard_(std::move(guard)), recent_(std::move(recent)) {}
    ~SessionTree() override {
        for (const pid_t session : sessions()) guard_->forget_group(session);
    }

    bool is_tight() const noexcept override { return false; }

    std::vector<ProcessInfo> processes() override {
        const std::vector<pid_t> ours = sessions();
        return ours.empty() ? std::vector<ProcessInfo>{} : members(ours, all_processes());
    }

    void terminate() override {
        forget_ended();
        std::vector<ProcessInfo> others = recent_members();
        const std::vector<pid_t> groups = sessions();  // each has the name of its leader's group
        std::erase_if(others, [&](const ProcessInfo& info) { return std::find(groups.begin(), groups.end(), info.group) != groups.end(); });
        for (const int number : {SIGTERM, SIGCONT}) {
            for (const pid_t group : groups) ::kill(-group, number);  // also what was born a moment ago
            signal_each(others, number);
        }
    }

private:
    static std::vector<ProcessInfo> members(const std::vector<pid_t>& sessions, const std::vector<ProcessInfo>& all) {
        std::vector<ProcessInfo> out;
        std::copy_if(all.begin(), all.end(), std::back_inserter(out), [&](const ProcessInfo& info) {
            return std::find(sessions.begin(), sessions.end(), info.session) != sessions.end();
        });
        return out;
    }

    /// A thousand trees are told to end at once, and each would read the whole of /proc.
    std::vector<ProcessInfo> recent_members() {
        const std::vector<pid_t> ours = sessions();
        return ours.empty() ? std::vector<ProcessInfo>{} : members(ours, *recent_->look());
    }

    LaunchResult enter(LaunchRequest&, UniqueFd&, UniqueFd&) override {
        forget_ended();
        return {};
    }

    std::shared_ptr<Command> make_command(std::shared_ptr<ChildProcess> child, UniqueFd) override {
        return std::make_shared<DirectCommand>(std::move(child));
    }

    void child_added(ChildProcess& child) override {
        const std::scoped_lock lock(sessions_mutex_);
        sessions_.push_back(child.pid());
        guard_->watch_group(child.pid());
    }

    bool is_empty() override {
        if (!are_children_reaped()) return false;
        forget_ended();
        // A zombie keeps its group for as long as it pleases an init that is not ours, and is nobody.
        return sessions().empty() || !is_anybody_alive();
    }

    bool is_anybody_alive() { return !as_leftovers(processes()).empty(); }

    void kill_all() noexcept override {
        try {
            const std::vector<ProcessInfo> all = processes();  // nobody is killed twice, so nobody may be missed
            for (const pid_t group : sessions()) ::kill(-group, SIGKILL);  // atomic: a fork in it cannot slip through
            signal_each(all, SIGKILL);
        } catch (...) {  // out of memory, with nothing else to be done about it
        }
    }

    std::vector<pid_t> sessions() {
        const std::scoped_lock lock(sessions_mutex_);
        return sessions_;
    }

    /// A number whose leader is reaped and whose group is empty may be given to strangers any time.
    void forget_ended() {
        const auto all = children();
        const std::scoped_lock lock(sessions_mutex_);
        for (const auto& child : all) {
            const auto at = std::find(sessions_.begin(), sessions_.end(), child->pid());
            if (at == sessions_.end() || !child->try_reap()) continue;
            if (::kill(-child->pid(), 0) == 0 || errno != ESRCH) continue;
            guard_->forget_group(child->pid());
            sessions_.erase(at);
        }
    }

    std::mutex sessions_mutex_;
    std::vector<pid_t> sessions_;  // that may have members
    const std::shared_ptr<GuardClient> guard_;
    const std::shared_ptr<RecentProcesses> recent_;
};

}  // namespace

std::shared_ptr<const std::vector<ProcessInfo>> RecentProcesses::look() {
    constexpr std::chrono::milliseconds longest_age{20};  // also where somebody stood still in the middle of a look
    const std::scoped_lock lock(mutex_);
    const Clock::time_point begun = Clock::now();
    if (!last_ || begun >= outdated_) {
        last_ = std::make_shared<const std::vector<ProcessInfo>>(all_processes());
        const Clock::time_point ended = Clock::now();
        outdated_ = ended + std::min<Clock::duration>(ended - begun, longest_age);
    }
    return last_;
}

std::shared_ptr<Tree> SessionContainers::make_tree(std::string&) { return std::make_shared<SessionTree>(guard_, recent_); }

std::string SessionContainers::warning() { return guard_->warning(); }

}  // namespace kahn::process
