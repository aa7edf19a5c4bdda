#pragma once

#include "process/cgroup.hpp"
#include "process/guard_client.hpp"
#include "process/tree.hpp"

#include <atomic>

namespace kahn::process {

/// The surest rung: each attempt has a cgroup of its own below the engine's. Whatever its processes do, they stay in it.
class CgroupContainers final : public Containers {
public:
    /// Makes the engine's cgroup and tries a process in it; sweeps what dead engines have left beside it. Null, with the
    /// reason, if that is not possible here. \param where the engine's directory, for the report
    static std::unique_ptr<CgroupContainers> make(Launcher& launcher, std::string& where, std::string& why_not);
    ~CgroupContainers() override;

    Containment containment() const noexcept override { return Containment::cgroup2; }
    std::shared_ptr<Tree> make_tree(std::string& why_not) override;
    std::string warning() override;

    const std::filesystem::path& directory() const noexcept { return directory_; }
    void set_guard(std::shared_ptr<GuardClient> guard) noexcept { guard_ = std::move(guard); }

private:
    CgroupContainers() = default;

    std::filesystem::path directory_;
    UniqueFd parent_;
    std::shared_ptr<Cgroup> engine_;  // locked (flock) for as long as the engine lives
    std::shared_ptr<GuardClient> guard_;
    std::atomic<std::uint64_t> attempts_{0};
};

}  // namespace kahn::process
