#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace kahn::process {

/// A few threads for the one thing that blocks: the clone, which returns when the child has left the engine's memory. They
/// start when they are first needed and are joined at the end.
class Spawner {
public:
    explicit Spawner(unsigned threads) noexcept : limit_(threads) {}
    /// What is queued is still done. May run on one of its own threads, if the last owner of the engine was its work.
    ~Spawner();
    Spawner(const Spawner&) = delete;
    Spawner& operator=(const Spawner&) = delete;

    /// \param in_flight how many children the engine has: with few of them a hand-over costs more than it saves
    bool prefers_threads(std::size_t in_flight) const noexcept { return limit_ > 0 && in_flight >= 4; }

    /// Runs it on one of the threads. It must not throw.
    void post(std::function<void()> work);

private:
    struct State {
        std::mutex mutex;
        std::condition_variable changed;
        std::deque<std::function<void()>> queue;
        unsigned idle = 0;
        bool is_ending = false;
    };
    static void run(std::shared_ptr<State> state);

    const unsigned limit_;
    const std::shared_ptr<State> state_ = std::make_shared<State>();
    std::vector<std::thread> threads_;  // guarded by the state's mutex until the destructor
};

}  // namespace kahn::process
