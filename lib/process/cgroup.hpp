#pragma once

#include "base/unique_fd.hpp"
#include "process/proc.hpp"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace kahn::process {

/// Where this process is in the cgroup2 hierarchy, or why it is not.
struct CgroupPlace {
    CgroupPlace() = default;

    std::filesystem::path directory;
    std::string why_not;
};
static_assert(!std::is_aggregate_v<CgroupPlace>);

/// From /proc/self/mountinfo and /proc/self/cgroup. Hybrid hierarchies and cgroup namespaces are understood.
CgroupPlace find_own_cgroup(std::string_view mountinfo, std::string_view cgroups);

/// The name of an engine's directory: who made it, so that others can tell whether he still lives.
struct EngineName {
    EngineName() = default;

    pid_t pid = 0;
    std::uint64_t start_time = 0;  ///< of that process
    std::string boot;              ///< the first part of the boot id
    unsigned number = 0;           ///< one process may have several engines

    std::string text() const;
    static std::optional<EngineName> parse(std::string_view text);
};
static_assert(!std::is_aggregate_v<EngineName>);

/// One directory of the hierarchy that is ours, removed at the end if it can be.
class Cgroup {
public:
    /// Nothing, and the errno, if it could not be made.
    static std::unique_ptr<Cgroup> make(int parent, const std::string& name, int& error);
    ~Cgroup();
    Cgroup(const Cgroup&) = delete;
    Cgroup& operator=(const Cgroup&) = delete;

    int fd() const noexcept { return directory_.get(); }
    /// Kills everything in it and below, and what is being born there. Returns 0 or the errno.
    int kill() const noexcept;
    /// Lets everything in it and below stand still, and what is born there, or go on. SIGKILL still ends it. Returns 0 or the errno.
    int freeze(bool is_frozen) const noexcept;
    bool is_populated() const;
    /// In it and below.
    std::vector<pid_t> members() const;
    std::optional<std::uint64_t> oom_kills() const;

private:
    Cgroup(int parent, std::string name, UniqueFd directory) noexcept
        : parent_(parent), name_(std::move(name)), directory_(std::move(directory)) {}

    const int parent_;
    const std::string name_;
    const UniqueFd directory_;
};

/// Writes to `cgroup.kill` of a directory. Returns 0 or the errno.
int kill_cgroup(int directory) noexcept;
/// Removes a directory and those below. Members hinder it.
bool remove_cgroup(int parent, const std::string& name);

}  // namespace kahn::process
