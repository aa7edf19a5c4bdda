#pragma once

#include "process/spawner.hpp"
#include "process/supervisor.hpp"
#include "process/tail.hpp"
#include "process/tree.hpp"

#include <atomic>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <vector>

namespace kahn::process {

/// The supervisor of this machine's children: what all attempts of one engine share.
class LocalSupervisor final : public Supervisor {
public:
    LocalSupervisor(ProcessOptions options, Logger logger);
    ~LocalSupervisor() override;

    ContainmentReport containment() const override { return report_; }
    void kill_all(std::chrono::milliseconds limit) noexcept override;

    const ProcessOptions& options() const noexcept { return options_; }
    const Logger& logger() const noexcept { return logger_; }
    const std::shared_ptr<Launcher>& launcher() const noexcept { return launcher_; }
    Spawner& spawner() noexcept { return spawner_; }
    Containers& containers() noexcept { return *containers_; }
    const std::shared_ptr<TailBudget>& tail_budget() const noexcept { return tail_budget_; }
    bool is_stopping() const noexcept { return is_stopping_.load(); }

    /// A tree that kill_all() kills; null, with the reason, if there is none to be had.
    std::shared_ptr<Tree> make_tree(std::string& why_not);
    /// It is empty, or given up: what is left of it is reaped when it dies after all.
    void release(const std::shared_ptr<Tree>& tree);
    std::size_t live_trees() const;

    /// A reading of machine_oom_kills() that is at most this old: taken before the attempt's first process.
    std::uint64_t oom_kills_before_now();

private:
    const ProcessOptions options_;
    const Logger logger_;
    ContainmentReport report_;
    const std::shared_ptr<Launcher> launcher_ = std::make_shared<Launcher>();
    const std::shared_ptr<TailBudget> tail_budget_ = std::make_shared<TailBudget>();
    std::unique_ptr<Containers> containers_;
    std::atomic<bool> is_stopping_{false};

    mutable std::mutex mutex_;
    std::vector<std::shared_ptr<Tree>> live_;
    std::vector<std::shared_ptr<Tree>> given_up_;
    std::uint64_t oom_kills_ = 0;
    std::chrono::steady_clock::time_point oom_read_at_{};

    Spawner spawner_;  // last: its threads use the rest
};

}  // namespace kahn::process
