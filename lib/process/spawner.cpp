#include "process/spawner.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace kahn::process {
namespace {

/// The host's signals are for the host's threads.
class SignalsBlockedHere {
public:
    SignalsBlockedHere() noexcept {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlockedHere() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlockedHere(const SignalsBlockedHere&) = delete;
    SignalsBlockedHere& operator=(const SignalsBlockedHere&) = delete;

private:
    sigset_t before_{};
};

}  // namespace

Spawner::~Spawner() {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->is_ending = true;
    }
    state_->changed.notify_all();
    for (std::thread& thread : threads_) {
        if (thread.get_id() == std::this_thread::get_id()) {
            thread.detach();  // it is on its way out, and owns its state
        } else {
            thread.join();
        }
    }
}

void Spawner::post(std::function<void()> work) {
    {
        const std::scoped_lock lock(state_->mutex);
        state_->queue.push_back(std::move(work));
        if (state_->idle < state_->queue.size() && threads_.size() < limit_) {
            const SignalsBlockedHere inherited;
            threads_.emplace_back(&Spawner::run, state_);
        }
    }
    state_->changed.notify_one();
}

void Spawner::run(std::shared_ptr<State> state) {
    std::unique_lock lock(state->mutex);
    while (true) {
        ++state->idle;
        state->changed.wait(lock, [&state] { return state->is_ending || !state->queue.empty(); });
        --state->idle;
        if (state->queue.empty()) return;
        std::function<void()> work = std::move(state->queue.front());
        state->queue.pop_front();
        lock.unlock();
        work();
        work = nullptr;  // its captures may own the engine: not under the lock
        lock.lock();
    }
}

}  // namespace kahn::process
