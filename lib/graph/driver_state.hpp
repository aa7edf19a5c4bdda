#pragma once

#include <kahn/graph/driver.hpp>

#include "graph/runner.hpp"
#include "graph/worker_slots.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kahn::graph {

/// What outlives the driver: runners whose nodes are still waiting and workers that are still waited for refer to it.
///
/// Everything but post() and close() happens on the executor. Whenever control goes back to the event loop, nothing that
/// could start has been left behind: either pump() has seen to it, or the runner that goes on has found nothing else to do.
struct Driver::State : std::enable_shared_from_this<Driver::State> {
    State(boost::asio::any_io_executor executor_, Scheduler scheduler_, std::shared_ptr<WorkerSlots> slots_)
        : scheduler(std::move(scheduler_)),
          executor(std::move(executor_)),
          slots(std::move(slots_)) {}

    void start(NodeWork& nodes, boost::asio::steady_timer& end);
    void pump(Runner* first = nullptr);
    void cancel(NodeIndex node);
    void close() noexcept;

    Scheduler scheduler;
    std::exception_ptr first_error;
    boost::asio::any_io_executor executor;

private:
    struct Ended {
        NodeIndex node;
        Outcome outcome;
    };
    class RunnerEnd;
    class Rest;

    // What is to be done next
    std::optional<NodeIndex> next_to_run(Worker& worker);
    bool tell_ended();
    bool report_skip();
    std::optional<Outcome> ask(NodeIndex node);
    bool take_worker(NodeIndex node, Worker& worker);
    void worker_granted(Worker worker);
    bool has_more() const;
    void end_if_done();

    // Runners
    bool assign(Runner& runner, NodeIndex node, Worker worker);
    void run_elsewhere(NodeIndex node, Worker worker);
    void resume(Runner& runner);
    static boost::asio::awaitable<void> run_nodes(std::shared_ptr<State> state, std::shared_ptr<Runner> runner);
    void begins(Runner& runner);
    enum class Next { node, rest, end };
    Next node_ended(Runner& runner, Outcome outcome, std::exception_ptr error);
    bool take_next(Runner& runner);
    void rests(Runner& runner, Runner::Resume resume);
    void runner_ended(Runner& runner, std::exception_ptr error);

    template <class Function>
    bool post(Function function);
    void remember(std::exception_ptr error) noexcept {
        if (error && !first_error) first_error = std::move(error);
    }

    std::shared_ptr<WorkerSlots> slots;
    NodeWork* work = nullptr;                        // while run() runs
    boost::asio::steady_timer* end_timer = nullptr;  // likewise; cancelled when everything has ended
    std::deque<Ended> ended;                         // not yet told to the scheduler
    Worker spare;                                    // taken, not yet used
    bool waits_for_worker = false;
    bool is_pumping = false;

    std::vector<std::shared_ptr<Runner>> runners;  // by index; empty where one has ended
    std::vector<std::uint32_t> vacant;             // indices of those
    std::vector<Runner*> resting;                  // with nothing to do
    std::vector<std::uint32_t> runner_of;          // by node: that was given it last
    Runner* pumped = nullptr;                      // goes on within pump(), which looks after what else there is to do

    std::mutex gate;  // whoever posts holds it, so that nothing is posted once close() has returned
    bool is_closed = false;
};

/// From any thread. False if the driver has nothing to do any more.
template <class Function>
bool Driver::State::post(Function function) {
    const std::lock_guard lock(gate);
    if (is_closed) return false;
    boost::asio::post(executor, std::move(function));
    return true;
}

}  // namespace kahn::graph
