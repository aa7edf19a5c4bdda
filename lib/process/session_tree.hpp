#pragma once

#include "process/guard_client.hpp"
#include "process/proc.hpp"
#include "process/tree.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <vector>

namespace kahn::process {

/// Every process of the machine, for many who want to know at once: looked for anew when the end of the last look is longer ago than
/// it took, or 20 ms.
class RecentProcesses {
public:
    std::shared_ptr<const std::vector<ProcessInfo>> look();

private:
    using Clock = std::chrono::steady_clock;

    std::mutex mutex_;
    std::shared_ptr<const std::vector<ProcessInfo>> last_;
    Clock::time_point outdated_;
};

/// The last rung: each command has a session of its own and is found by it. A process that makes another session is lost.
class SessionContainers final : public Containers {
public:
    explicit SessionContainers(std::shared_ptr<GuardClient> guard) : guard_(std::move(guard)) {}

    Containment containment() const noexcept override { return Containment::session; }
    std::shared_ptr<Tree> make_tree(std::string& why_not) override;
    std::string warning() override;

private:
    std::shared_ptr<GuardClient> guard_;
    std::shared_ptr<RecentProcesses> recent_ = std::make_shared<RecentProcesses>();
};

}  // namespace kahn::process
