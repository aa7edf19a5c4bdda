#include "process/proc.hpp"

#include "base/unique_fd.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <sstream>
#include <unordered_map>
#include <unordered_set>

namespace kahn::process {
namespace {

constexpr unsigned long exiting_flag = 0x4;  // PF_EXITING of the kernel

/// Calls `each` with every entry of a directory whose name is a number.
template <class Each>
void each_number(const std::string& directory, Each each) {
    const auto close_directory = [](DIR* open) { ::closedir(open); };
    const std::unique_ptr<DIR, decltype(close_directory)> entries(::opendir(directory.c_str()), close_directory);
    if (!entries) return;
    while (const dirent* const entry = ::readdir(entries.get())) {
        char* end = nullptr;
        const long number = std::strtol(entry->d_name, &end, 10);
        if (number > 0 && *end == '\0') each(static_cast<pid_t>(number));
    }
}

/// Any of its threads may have started them.
std::vector<ProcessInfo> listed_children(pid_t pid) {
    std::vector<ProcessInfo> out;
    const std::string tasks = "/proc/" + std::to_string(pid) + "/task";
    each_number(tasks, [&](pid_t thread) {
        std::istringstream list(read_small_file(AT_FDCWD, (tasks + '/' + std::to_string(thread) + "/children").c_str()));
        for (pid_t child = 0; list >> child;) {
            if (std::optional<ProcessInfo> info = process_info(child)) out.push_back(*std::move(info));
        }
    });
    return out;
}

/// What can be reached from `roots`, without the roots. \param children_of  a process's, as infos
template <class ChildrenOf>
std::vector<ProcessInfo> reachable(const std::vector<pid_t>& roots, ChildrenOf children_of) {
    std::vector<ProcessInfo> out;
    std::vector<pid_t> open(roots);
    std::unordered_set<pid_t> seen(roots.begin(), roots.end());
    while (!open.empty()) {
        const pid_t parent = open.back();
        open.pop_back();
        for (ProcessInfo& child : children_of(parent)) {
            if (!seen.insert(child.pid).second) continue;
            open.push_back(child.pid);
            out.push_back(std::move(child));
        }
    }
    return out;
}

}  // namespace

std::string read_small_file(int directory, const char* path) {
    std::string out;
    const UniqueFd fd(::openat(directory, path, O_RDONLY | O_CLOEXEC));
    if (!fd) return out;
    char buffer[4096];
    ssize_t count = 0;
    while ((count = ::read(fd.get(), buffer, sizeof buffer)) > 0) out.append(buffer, static_cast<std::size_t>(count));
    return out;
}

std::optional<ProcessInfo> parse_stat(const std::string& line) {
    // The name may hold anything, parentheses and line ends too: it ends at the last one.
    const std::size_t open = line.find('(');
    const std::size_t close = line.rfind(')');
    if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
    ProcessInfo info;
    info.pid = static_cast<pid_t>(std::strtol(line.c_str(), nullptr, 10));
    info.name = line.substr(open + 1, close - open - 1);
    std::istringstream rest(line.substr(close + 1));
    char state = 0;
    std::string skipped;
    unsigned long flags = 0;
    rest >> state >> info.parent >> info.group >> info.session >> skipped >> skipped >> flags;
    for (int field = 10; field < 22; ++field) rest >> skipped;
    rest >> info.start_time;
    if (!rest || info.pid <= 0) return std::nullopt;
    info.is_stopped = state == 'T';
    info.is_ending = state == 'Z' || state == 'X' || (flags & exiting_flag) != 0;
    return info;
}

std::optional<ProcessInfo> process_info(pid_t pid) {
    const std::string line = read_small_file(AT_FDCWD, ("/proc/" + std::to_string(pid) + "/stat").c_str());
    return line.empty() ? std::nullopt : parse_stat(line);
}

std::vector<ProcessInfo> all_processes() {
    std::vector<ProcessInfo> out;
    each_number("/proc", [&](pid_t pid) {
        if (std::optional<ProcessInfo> info = process_info(pid)) out.push_back(*std::move(info));
    });
    return out;
}

std::vector<ProcessInfo> descendants_of(const std::vector<pid_t>& roots) {
    static const bool kernel_tells = ::access("/proc/thread-self/children", R_OK) == 0;
    return kernel_tells ? reachable(roots, listed_children) : descendants_of(roots, all_processes());
}

std::vector<ProcessInfo> descendants_of(const std::vector<pid_t>& roots, const std::vector<ProcessInfo>& all) {
    std::unordered_map<pid_t, std::vector<ProcessInfo>> children;
    for (const ProcessInfo& info : all) children[info.parent].push_back(info);
    return reachable(roots, [&children](pid_t parent) -> std::vector<ProcessInfo>& { return children[parent]; });
}

std::vector<Leftover> as_leftovers(const std::vector<ProcessInfo>& processes) {
    std::vector<Leftover> out;
    for (const ProcessInfo& info : processes) {
        if (!info.is_ending) out.emplace_back(info.pid, info.name);
    }
    return out;
}

}  // namespace kahn::process
