#pragma once

#include <kahn/graph/scheduler.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>

namespace kahn::graph {

/// What the nodes of a graph do. Called on the driver's executor only, one call at a time.
class NodeWork {
public:
    virtual ~NodeWork() = default;

    /// The outcome of a node that needs no waiting, decided on the spot; nothing if it has to be run. May be asked
    /// again for a node that waits for a worker, so it has an effect only when it returns an outcome.
    virtual std::optional<Outcome> decide(NodeIndex node) = 0;

    /// Runs the node: any awaitable will do. Holds one worker while it runs, unless the node is NodePolicy::instant.
    /// \par Cancellation
    /// `terminal`, by Driver::cancel(), as often as that is called.
    virtual boost::asio::awaitable<Outcome> run(NodeIndex node) = 0;

    /// The node ended without being run, because of what is above it.
    virtual void skipped(const Scheduler::Skipped& skip) = 0;
};

/// A number of workers that several drivers share. Safe from any thread.
class WorkerSlots {
public:
    /// \param count 0: no limit
    static std::shared_ptr<WorkerSlots> make(unsigned count);

    virtual ~WorkerSlots() = default;
    virtual unsigned count() const noexcept = 0;
    /// Takes a worker if one is free and nobody waits for it.
    virtual bool try_acquire() = 0;
    /// Whether somebody waits for a worker, so that who has one gives it back before it takes another.
    virtual bool is_wanted() const = 0;
    /// Calls `granted` once, from any thread and perhaps at once, when a worker was taken for the caller; first come,
    /// first served. Who does not want it any more releases it, from within `granted` if it likes.
    virtual void wait(std::function<void()> granted) = 0;
    /// Gives a worker back, or hands it to whoever waits longest.
    virtual void release() = 0;
};

/// Runs a Scheduler's nodes as coroutines, each one the instant that it may start and a worker is free.
///
/// \par Thread safety
/// None: everything happens on the one executor given, which must be a strand or belong to a single-threaded context.
class Driver {
public:
    Driver(boost::asio::any_io_executor executor, Scheduler scheduler, std::shared_ptr<WorkerSlots> slots);
    ~Driver();
    Driver(const Driver&) = delete;
    Driver& operator=(const Driver&) = delete;

    /// Returns when every node has ended. Must be awaited on the driver's executor, once.
    ///
    /// An exception out of NodeWork::run counts as Outcome::failure of that node and is thrown at the end, the first of
    /// them; so is one out of `decide` or `skipped`. A node whose coroutine is destroyed before it has ended fails likewise.
    /// \par Cancellation
    /// None of its own: the owner calls cancel() and makes `decide` return Outcome::cancelled.
    /// \par Object lifetimes
    /// `work` and the driver outlive the operation. If the executor's context is destroyed before it ends, so are the coroutines
    /// of all nodes; nothing of `work` is called then.
    boost::asio::awaitable<void> run(NodeWork& work);

    /// Asks the nodes again that wait for a worker, up to the first that still wants one: `decide` may have changed its
    /// mind.
    void wake();
    /// Emits a terminal cancellation to a running node; does nothing for any other.
    void cancel(NodeIndex node);
    const Scheduler& scheduler() const noexcept;

private:
    struct State;
    std::shared_ptr<State> state_;
};

}  // namespace kahn::graph
