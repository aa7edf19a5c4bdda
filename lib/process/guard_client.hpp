#pragma once

#include "base/unique_fd.hpp"
#include "process/child_process.hpp"
#include "process/launcher.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace kahn::process {

/// The engine's end of its guard process. Without a guard (none was found, it died) every call does nothing.
class GuardClient {
public:
    /// \param cgroup that the guard kills and removes when the engine is gone; empty: the groups it was told of
    /// \param note why there is no guard; empty if there is one
    static std::shared_ptr<GuardClient> start(Launcher& launcher, const std::filesystem::path& guard,
                                              const std::string& cgroup, std::string& note);
    /// Says goodbye and waits for the guard to end, at most a second.
    ~GuardClient();
    GuardClient(const GuardClient&) = delete;
    GuardClient& operator=(const GuardClient&) = delete;

    bool is_alive() noexcept;
    /// What there is to fear without it; empty while it lives.
    std::string warning();
    pid_t pid() const noexcept { return child_ ? child_->pid() : 0; }
    void watch_group(pid_t group) noexcept;
    void forget_group(pid_t group) noexcept;

private:
    GuardClient() = default;
    void send(int what, pid_t group) noexcept;

    std::unique_ptr<ChildProcess> child_;
    UniqueFd control_;
};

}  // namespace kahn::process
