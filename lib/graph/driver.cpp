#include <kahn/graph/driver.hpp>

#include <kahn/base/error.hpp>

#include "graph/worker_slots.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/assert.hpp>

#include <deque>
#include <exception>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace kahn::graph {
namespace asio = boost::asio;

/// What outlives the driver: nodes that are still running and workers that are still waited for refer to it.
///
/// Everything but post() and close() happens on the executor.
struct Driver::State : std::enable_shared_from_this<Driver::State> {
    /// A node whose coroutine exists. Kept by that coroutine's completion handler as well.
    struct Running {
        asio::cancellation_signal signal;
        Worker worker;
        bool has_begun = false;  // its coroutine was resumed for the first time
        int early_cancels = 0;   // that came before
    };
    struct Ended {
        NodeIndex node;
        Outcome outcome;
        std::exception_ptr error;
    };
    class Completion;

    State(asio::any_io_executor executor_, Scheduler scheduler_, std::shared_ptr<WorkerSlots> slots_)
        : scheduler(std::move(scheduler_)),
          executor(std::move(executor_)),
          slots(std::move(slots_)) {}

    void start(NodeWork& nodes, asio::steady_timer& end);
    void pump();
    void node_ended(Ended ended);
    void cancel(NodeIndex node);
    template <class Function>
    bool post(Function function);
    void close() noexcept;

    Scheduler scheduler;
    std::exception_ptr first_error;
    asio::any_io_executor executor;

private:
    bool step();
    bool report_skip();
    std::optional<Outcome> ask(NodeIndex node);
    bool take_worker(NodeIndex node, Worker& worker);
    void worker_granted(Worker worker);
    static asio::awaitable<Outcome> guard(std::shared_ptr<State> state, NodeIndex node,
                                          std::shared_ptr<Running> started, asio::awaitable<Outcome> body);
    void run_node(NodeIndex node, Worker worker);
    void remember(std::exception_ptr error) noexcept {
        if (error && !first_error) first_error = std::move(error);
    }

    std::shared_ptr<WorkerSlots> slots;
    NodeWork* work = nullptr;                 // while run() runs
    asio::steady_timer* end_timer = nullptr;  // likewise; cancelled when everything has ended
    std::unordered_map<NodeIndex, std::shared_ptr<Running>> running;
    std::deque<Ended> ended;  // not yet told to the scheduler
    Worker spare;             // granted, not yet used
    bool waits_for_worker = false;
    bool is_pumping = false;

    std::mutex gate;  // whoever posts holds it, so that nothing is posted once close() has returned
    bool is_closed = false;
};

/// Completes a node. If it dies without having been called, the node's coroutine was destroyed.
class Driver::State::Completion {
public:
    Completion(std::shared_ptr<State> state, NodeIndex node, std::shared_ptr<Running> running)
        : state_(std::move(state)),
          running_(std::move(running)),
          node_(node) {}
    Completion(Completion&&) noexcept = default;
    Completion& operator=(Completion&&) = delete;
    ~Completion() {
        if (!state_) return;
        running_->worker.reset();
        try {
            Ended lost{
                node_, Outcome::failure,
                std::make_exception_ptr(Error(Errc::internal, "a node's coroutine was destroyed before it ended"))};
            state_->post([state = state_, lost = std::move(lost)] { state->node_ended(lost); });
        } catch (...) {
            // Out of memory while things are torn down: there is nobody left to tell.
        }
    }

    void operator()(std::exception_ptr error, Outcome outcome) {
        const std::shared_ptr<State> state = std::move(state_);
        running_.reset();
        state->node_ended({node_, error ? Outcome::failure : outcome, std::move(error)});
    }

private:
    std::shared_ptr<State> state_;
    std::shared_ptr<Running> running_;
    NodeIndex node_;
};

void Driver::State::start(NodeWork& nodes, asio::steady_timer& end) {
    BOOST_ASSERT(work == nullptr && !is_closed);
    work = &nodes;
    end_timer = &end;
    pump();
}

/// Does all that can be done now. Called again from within what it calls, it leaves the work to the outer call.
void Driver::State::pump() {
    if (is_pumping || work == nullptr) return;
    is_pumping = true;
    while (step()) {
    }
    is_pumping = false;
    spare.reset();
    if (scheduler.done()) end_timer->cancel();
}

/// One node further. False if nothing can be done until something ends, or a worker is free.
bool Driver::State::step() {
    if (!ended.empty()) {
        Ended next = std::move(ended.front());
        ended.pop_front();
        remember(std::move(next.error));
        scheduler.finished(next.node, next.outcome);
        return true;
    }
    if (report_skip()) return true;
    const std::optional<NodeIndex> node = scheduler.peek();
    if (!node) return false;
    if (const std::optional<Outcome> outcome = ask(*node)) {
        scheduler.next();
        scheduler.finished(*node, *outcome);
        return true;
    }
    Worker worker;
    if (!take_worker(*node, worker)) return !ended.empty();
    scheduler.next();
    run_node(*node, std::move(worker));
    return true;
}

bool Driver::State::report_skip() {
    const std::optional<Scheduler::Skipped> skip = scheduler.next_skipped();
    if (!skip) return false;
    try {
        work->skipped(*skip);
    } catch (...) {
        remember(std::current_exception());
    }
    return true;
}

std::optional<Outcome> Driver::State::ask(NodeIndex node) {
    try {
        return work->decide(node);
    } catch (...) {
        remember(std::current_exception());
        return Outcome::failure;
    }
}

bool Driver::State::take_worker(NodeIndex node, Worker& worker) {
    if (scheduler.is_instant(node)) return true;
    if (spare) {
        worker = std::move(spare);
        return true;
    }
    if (waits_for_worker) return false;
    if (slots->try_acquire()) {
        worker = Worker(slots);
        return true;
    }
    waits_for_worker = true;
    slots->wait([weak = weak_from_this(), taken_from = slots] {
        // Wherever this ends, even in a handler that is destroyed unheard, the worker is given back.
        Worker granted(taken_from);
        if (const std::shared_ptr<State> state = weak.lock()) {
            state->post([state, worker = std::move(granted)]() mutable { state->worker_granted(std::move(worker)); });
        }
    });
    return false;
}

void Driver::State::worker_granted(Worker worker) {
    waits_for_worker = false;
    spare = std::move(worker);
    pump();
    spare.reset();
}

/// Between co_spawn and the node's own coroutine, because of two traps of co_spawn (Asio 1.26): a cancellation before
/// the first resumption keeps the node from beginning at all, and one that has come when the coroutine ends without
/// ever having waited makes co_spawn throw out of the executor.
asio::awaitable<Outcome> Driver::State::guard(std::shared_ptr<State> state, NodeIndex node,
                                              std::shared_ptr<Running> started, asio::awaitable<Outcome> body) {
    started->has_begun = true;
    for (int i = 0; i < started->early_cancels; ++i) {
        state->post([state, node] { state->cancel(node); });
    }
    state.reset();
    started.reset();
    Outcome outcome = Outcome::failure;
    std::exception_ptr error;
    try {
        outcome = co_await std::move(body);
    } catch (...) {
        error = std::current_exception();
    }
    co_await asio::this_coro::throw_if_cancelled(false);
    if (error) std::rethrow_exception(error);
    co_return outcome;
}

void Driver::State::run_node(NodeIndex node, Worker worker) {
    auto started = std::make_shared<Running>();
    started->worker = std::move(worker);
    std::optional<asio::awaitable<Outcome>> body;
    try {
        body = work->run(node);
    } catch (...) {
        ended.push_back({node, Outcome::failure, std::current_exception()});
        return;
    }
    running.emplace(node, started);
    const asio::cancellation_slot slot = started->signal.slot();
    asio::awaitable<Outcome> guarded = guard(shared_from_this(), node, started, *std::move(body));
    Completion completion(shared_from_this(), node, std::move(started));
    asio::co_spawn(executor, std::move(guarded), asio::bind_cancellation_slot(slot, std::move(completion)));
}

/// Called from a node's completion, which may happen anywhere: even within what pump() has called.
void Driver::State::node_ended(Ended node) {
    if (const auto found = running.find(node.node); found != running.end()) {
        const std::shared_ptr<Running> over = std::move(found->second);
        running.erase(found);
        over->worker.reset();
    }
    if (work == nullptr) return;
    ended.push_back(std::move(node));
    pump();
}

void Driver::State::cancel(NodeIndex node) {
    if (work == nullptr) return;
    const auto found = running.find(node);
    if (found == running.end()) return;
    const std::shared_ptr<Running> kept = found->second;  // the node may end within emit()
    if (!kept->has_begun) {
        ++kept->early_cancels;
        return;
    }
    kept->signal.emit(asio::cancellation_type::terminal);
}

/// From any thread. False if the driver has nothing to do any more.
template <class Function>
bool Driver::State::post(Function function) {
    const std::lock_guard lock(gate);
    if (is_closed) return false;
    asio::post(executor, std::move(function));
    return true;
}

/// The operation has ended, or is being destroyed with its context, which must not be touched afterwards.
void Driver::State::close() noexcept {
    work = nullptr;
    end_timer = nullptr;
    const std::lock_guard lock(gate);
    is_closed = true;
    executor = asio::any_io_executor();
}

namespace {

/// Starts the nodes from within the initiation of the wait for their end: so there is one `co_await`, and a
/// cancellation of the awaiting coroutine, which run() does not heed, cannot come between the start and the wait.
template <class State>
class StartAndWait {
public:
    StartAndWait(State& state, NodeWork& work, asio::steady_timer& end) : state_(&state), work_(&work), end_(&end) {}

    template <class Handler>
    void operator()(Handler handler) const {
        end_->async_wait(asio::bind_cancellation_slot(asio::cancellation_slot(), std::move(handler)));
        state_->start(*work_, *end_);
    }

private:
    State* state_;
    NodeWork* work_;
    asio::steady_timer* end_;
};

template <class State>
class Closing {
public:
    explicit Closing(State& state) noexcept : state_(state) {}
    ~Closing() { state_.close(); }
    Closing(const Closing&) = delete;
    Closing& operator=(const Closing&) = delete;

private:
    State& state_;
};

template <class State>
asio::awaitable<void> run_to_end(std::shared_ptr<State> state, NodeWork* work) {
    asio::steady_timer end(state->executor, asio::steady_timer::time_point::max());
    const Closing<State> closing(*state);
    boost::system::error_code always_cancelled;
    const StartAndWait<State> start_and_wait(*state, *work, end);
    auto token = asio::redirect_error(asio::use_awaitable, always_cancelled);
    auto all_ended = asio::async_initiate<decltype(token), void(boost::system::error_code)>(start_and_wait, token);
    co_await std::move(all_ended);
    if (state->first_error) std::rethrow_exception(state->first_error);
}

}  // namespace

Driver::Driver(asio::any_io_executor executor, Scheduler scheduler, std::shared_ptr<WorkerSlots> slots)
    : state_(std::make_shared<State>(std::move(executor), std::move(scheduler), std::move(slots))) {}

Driver::~Driver() { state_->close(); }

asio::awaitable<void> Driver::run(NodeWork& work) { return run_to_end(state_, &work); }

void Driver::wake() { state_->pump(); }

void Driver::cancel(NodeIndex node) { state_->cancel(node); }

const Scheduler& Driver::scheduler() const noexcept { return state_->scheduler; }

}  // namespace kahn::graph
