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

/// \pre locked
void Keeper::start() {
    if (thread_.joinable()) return;
    const WithoutSignals quiet;
    thread_ = std::thread([this] { work(); });
}

void Keeper::add(std::shared_ptr<Chore> chore) {
    const std::lock_guard lock(mutex_);
    start();
    chores_.push_back(std::move(chore));
    changed_.notify_all();
}

void Keeper::remove(const std::shared_ptr<Chore>& chore) {
    const std::lock_guard lock(mutex_);
    std::erase(chores_, chore);
}

void Keeper::post(Task task) {
    const std::lock_guard lock(mutex_);
    start();
    tasks_.push_back(std::move(task));
    changed_.notify_all();
}

void Keeper::wait() {
    std::unique_lock lock(mutex_);
    if (std::this_thread::get_id() == thread_.get_id()) return;
    is_done_.wait(lock, [this] { return tasks_.empty() && !is_busy_; });
}

void Keeper::work() {
    std::unique_lock lock(mutex_);
    auto next_chores = std::chrono::steady_clock::now() + interval;
    for (;;) {
        do_tasks(lock);
        if (is_over_) return;
        const auto is_wanted = [this] { return is_over_ || !tasks_.empty(); };
        if (chores_.empty()) {
            changed_.wait(lock, [&] { return is_wanted() || !chores_.empty(); });
            next_chores = std::chrono::steady_clock::now() + interval;
        } else if (!changed_.wait_until(lock, next_chores, is_wanted)) {
            do_chores(lock);
            next_chores = std::chrono::steady_clock::now() + interval;
        }
    }
}

/// Unlocked while it does them, like do_chores().
void Keeper::do_tasks(std::unique_lock<std::mutex>& lock) {
    while (!tasks_.empty()) {
        is_busy_ = true;
        {
            const Task task = std::move(tasks_.front());
            tasks_.pop_front();
            lock.unlock();
            task();
        }
        lock.lock();
        is_busy_ = false;
    }
    is_done_.notify_all();
}

void Keeper::do_chores(std::unique_lock<std::mutex>& lock) {
    const auto now = chores_;
    lock.unlock();
    for (const auto& chore : now) chore->do_now();
    lock.lock();
}

}  // namespace kahn::store
