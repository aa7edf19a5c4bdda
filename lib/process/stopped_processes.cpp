#include "process/stopped_processes.hpp"

#include <algorithm>
#include <csignal>

namespace kahn::process {

StoppedProcesses::StoppedProcesses()
    : StoppedProcesses([](pid_t pid, int signal) { ::kill(pid, signal); }, [](pid_t pid) { return process_info(pid); }) {}

void StoppedProcesses::stop(const Look& look) {
    constexpr int most_rounds = 100;
    const std::lock_guard lock(mutex_);
    for (int round = 0; round < most_rounds; ++round) {
        bool was_any = false;
        for (const ProcessInfo& info : look()) {
            if (info.is_ending || info.is_stopped || is_known(info)) continue;
            stopped_.emplace_back(info.pid, info.start_time);
            send_(info.pid, SIGSTOP);
            was_any = true;
        }
        if (!was_any) return;
    }
}

void StoppedProcesses::go_on() {
    const std::lock_guard lock(mutex_);
    for (auto at = stopped_.rbegin(); at != stopped_.rend(); ++at) {
        const std::optional<ProcessInfo> info = find_(at->first);
        if (info && info->start_time == at->second) send_(at->first, SIGCONT);
    }
    stopped_.clear();
}

bool StoppedProcesses::is_known(const ProcessInfo& info) const {
    return std::find(stopped_.begin(), stopped_.end(), std::pair{info.pid, info.start_time}) != stopped_.end();
}

}  // namespace kahn::process
