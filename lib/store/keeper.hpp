#pragma once

#include <chrono>
#include <condition_variable>
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

/// One thread that does the chores of every run that goes on, every 100 ms. It is there as long as there is one, blocks every
/// signal, and is joined.
class Keeper {
public:
    static constexpr std::chrono::milliseconds interval{100};

    Keeper() = default;
    ~Keeper();
    Keeper(const Keeper&) = delete;
    Keeper& operator=(const Keeper&) = delete;

    void add(std::shared_ptr<Chore> chore);
    void remove(const std::shared_ptr<Chore>& chore);

private:
    void work();

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::shared_ptr<Chore>> chores_;
    bool is_over_ = false;
    std::thread thread_;
};

}  // namespace kahn::store
