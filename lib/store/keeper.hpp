#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace kahn::store {

/// What is to be done now and then while a run goes on.
class Chore {
public:
    virtual ~Chore() = default;
    /// On the keeper's thread.
    virtual void do_now() noexcept = 0;
};

/// One thread that does the chores of every run that goes on, every 100 ms, and tasks that nobody is to wait for. It is there from
/// the first of either on, blocks every signal, and is joined.
class Keeper {
public:
    static constexpr std::chrono::milliseconds interval{100};
    using Task = std::function<void()>;

    Keeper() = default;
    /// Does what is still to be done.
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    void add(std::shared_ptr<Chore> chore);
    void remove(const std::shared_ptr<Chore>& chore);

    /// Does it as soon as may be, one task after another, in their order. \param task throws nothing
    void post(Task task);
    /// Returns when all that was posted before is done; at once on the keeper's own thread.
    void wait();

private:
    void start();
    void work();
    void do_tasks(std::unique_lock<std::mutex>& lock);
    void do_chores(std::unique_lock<std::mutex>& lock);

    std::mutex mutex_;
    std::condition_variable changed_;
    std::condition_variable is_done_;
    std::vector<std::shared_ptr<Chore>> chores_;
    std::deque<Task> tasks_;
    bool is_busy_ = false;  // with a task
    bool is_over_ = false;
    std::thread thread_;
};

}  // namespace kahn::store
