#include "process/stopped_processes.hpp"

#include <algorithm>
#include <csignal>

namespace kahn::process {

StoppedProcesses::StoppedProcesses()
    : StoppedProcesses([](pid_t pid, int signal) { ::kill(pid, signal); }, [](pid_t pid) { return process_info(pid); }) {}

void StoppedProcesses::stop(const Look& look) {
    constexpr int most_rounds = 100;
    const std::lock_guard lock(mutex_);
    std::optional<std::vector<Identity>> seen_before;
    for (int round = 0; round < most_rounds; ++round) {
        std::vector<Identity> seen;
        bool was_any = false;
        for (const ProcessInfo& info : look()) {
            const Identity identity{info.pid, info.start_time};
            seen.push_back(identity);
            if (info.is_ending || info.is_stopped || is_known(identity)) continue;
            stopped_.push_back(identity);
            send_(info.pid, SIGSTOP);
            was_any = true;
        }
        // One that ends leaves a child which a look begun before cannot have seen: it takes two looks that agree.
        std::sort(seen.begin(), seen.end());
        if (!was_any && seen == seen_before) return;
        seen_before = std::move(seen);
    }
}

void StoppedProcesses::go_on() {
    const std::lock_guard lock(mutex_);
    for (auto at = stopped_.rbegin(); at != stopped_.rend(); ++at) {
        const auto& [pid, start_time] = *at;
        const std::optional<ProcessInfo> info = find_(pid);
        if (info && info->start_time == start_time) send_(pid, SIGCONT);
    }
    stopped_.clear();
}

bool StoppedProcesses::is_known(const Identity& identity) const {
    return std::find(stopped_.begin(), stopped_.end(), identity) != stopped_.end();
}

}  // namespace kahn::process
