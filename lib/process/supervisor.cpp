#include "process/local_supervisor.hpp"

#include "process/containment.hpp"
#include "process/oom.hpp"

#include <algorithm>
#include <thread>

namespace kahn::process {
namespace {

/// Blocking, for the end of an engine only. A killed tree is gone within some milliseconds.
template <class Predicate>
bool wait_until(std::chrono::steady_clock::time_point deadline, Predicate is_done) {
    auto pause = std::chrono::microseconds(200);
    while (!is_done()) {
        if (std::chrono::steady_clock::now() >= deadline) return false;
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::microseconds(10'000));
    }
    return true;
}

}  // namespace

std::shared_ptr<Supervisor> Supervisor::create(ProcessOptions options, Logger logger) {
    return std::make_shared<LocalSupervisor>(std::move(options), std::move(logger));
}

LocalSupervisor::LocalSupervisor(ProcessOptions options, Logger logger)
    : options_(std::move(options)),
      logger_(std::move(logger)),
      containers_(find_containment(options_, launcher_, logger_, report_)),
      spawner_(options_.spawner_threads) {}

LocalSupervisor::~LocalSupervisor() {
    kill_all(std::chrono::milliseconds(500));  // attempts own the supervisor: what is left here was given up
}

void LocalSupervisor::kill_all(std::chrono::milliseconds limit) noexcept {
    is_stopping_.store(true);
    try {
        const auto deadline = std::chrono::steady_clock::now() + limit;
        std::vector<std::shared_ptr<Tree>> trees;
        {
            const std::scoped_lock lock(mutex_);
            trees = live_;
            trees.insert(trees.end(), given_up_.begin(), given_up_.end());
        }
        for (const std::shared_ptr<Tree>& tree : trees) tree->kill();
        wait_until(deadline, [&trees] {
            std::erase_if(trees, [](const std::shared_ptr<Tree>& tree) { return tree->empty(); });
            return trees.empty();
        });
    } catch (...) {  // out of memory: the guard does it when the process ends
    }
}

std::shared_ptr<Tree> LocalSupervisor::make_tree(std::string& why_not) {
    std::shared_ptr<Tree> tree = containers_->make_tree(why_not);
    if (!tree) return tree;
    {
        const std::scoped_lock lock(mutex_);
        live_.push_back(tree);
        std::erase_if(given_up_, [](const std::shared_ptr<Tree>& old) { return old->empty(); });
    }
    if (is_stopping()) tree->kill();  // kill_all() may have looked before it was in the list
    return tree;
}

void LocalSupervisor::release(const std::shared_ptr<Tree>& tree) {
    tree->settle();
    const bool is_empty = tree->empty() && tree->unreaped().empty();
    const std::scoped_lock lock(mutex_);
    const auto at = std::find(live_.begin(), live_.end(), tree);
    if (at == live_.end()) return;
    live_.erase(at);
    if (!is_empty) given_up_.push_back(tree);
}

std::size_t LocalSupervisor::live_trees() const {
    const std::scoped_lock lock(mutex_);
    return live_.size();
}

std::uint64_t LocalSupervisor::oom_kills_before_now() {
    constexpr auto fresh_enough = std::chrono::milliseconds(250);  // the file takes longer to read than a process to start
    const auto now = std::chrono::steady_clock::now();
    const std::scoped_lock lock(mutex_);
    if (now - oom_read_at_ > fresh_enough) {
        oom_kills_ = machine_oom_kills();
        oom_read_at_ = now;
    }
    return oom_kills_;
}

}  // namespace kahn::process
