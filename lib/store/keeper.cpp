#include "store/keeper.hpp"

#include <csignal>
#include <pthread.h>

#include <algorithm>
#include <utility>

namespace kahn::store {
namespace {

/// The embedder's signals are for the embedder's threads.
class WithoutSignals {
public:
    WithoutSignals() {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~WithoutSignals() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    WithoutSignals(const WithoutSignals&) = delete;
    WithoutSignals& operator=(const WithoutSignals&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

Keeper::~Keeper() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Keeper::add(std::shared_ptr<Chore> chore) {
    const std::lock_guard lock(mutex_);
    chores_.push_back(std::move(chore));
    if (!thread_.joinable()) {
        const WithoutSignals quiet;
        thread_ = std::thread([this] { work(); });
    }
    changed_.notify_all();
}

void Keeper::remove(const std::shared_ptr<Chore>& chore) {
    const std::lock_guard lock(mutex_);
    std::erase(chores_, chore);
}

void Keeper::work() {
    std::unique_lock lock(mutex_);
    while (!is_over_) {
        if (chores_.empty()) {
            changed_.wait(lock, [this] { return is_over_ || !chores_.empty(); });
            continue;
        }
        changed_.wait_for(lock, interval, [this] { return is_over_; });
        if (is_over_) return;
        const auto now = chores_;
        lock.unlock();
        for (const auto& chore : now) chore->do_now();
        lock.lock();
    }
}

}  // namespace kahn::store
