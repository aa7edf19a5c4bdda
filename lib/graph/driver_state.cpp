#include "graph/driver_state.hpp"

#include <boost/assert.hpp>

#include <limits>
#include <utility>

namespace kahn::graph {
namespace asio = boost::asio;

void Driver::State::start(NodeWork& nodes, asio::steady_timer& end) {
    BOOST_ASSERT(work == nullptr && !is_closed);
    runner_of.assign(scheduler.size(), std::numeric_limits<std::uint32_t>::max());
    work = &nodes;
    end_timer = &end;
    pump();
}

/// Does all that can be done now. Called again from within what it calls, it leaves the work to the outer call.
/// \param first a runner that has its next node already and begins it before anything else
void Driver::State::pump(Runner* first) {
    if (is_pumping || work == nullptr) return;
    is_pumping = true;
    if (first) resume(*first);
    Worker worker;
    while (const std::optional<NodeIndex> node = next_to_run(worker)) run_elsewhere(*node, std::move(worker));
    is_pumping = false;
    spare.reset();
    end_if_done();
}

/// The next node that has to be run, with its worker. What can be decided on the way is. Nothing if nothing can be done
/// until something ends, or a worker is free.
std::optional<NodeIndex> Driver::State::next_to_run(Worker& worker) {
    for (;;) {
        if (tell_ended() || (scheduler.has_skipped() && report_skip())) continue;
        const std::optional<NodeIndex> node = scheduler.peek();
        if (!node) return std::nullopt;
        if (const std::optional<Outcome> outcome = ask(*node)) {
            scheduler.next();
            scheduler.finished(*node, *outcome);
        } else if (take_worker(*node, worker)) {
            return scheduler.next();
        } else if (ended.empty()) {
            return std::nullopt;
        }
    }
}

bool Driver::State::tell_ended() {
    if (ended.empty()) return false;
    const Ended next = ended.front();
    ended.pop_front();
    scheduler.finished(next.node, next.outcome);
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

/// Whether there is anything for pump() to look at.
bool Driver::State::has_more() const { return !ended.empty() || scheduler.peek() || scheduler.has_skipped(); }

/// Once every node has ended, so do the runners; the last of them ends the operation.
void Driver::State::end_if_done() {
    if (work == nullptr || !scheduler.done()) return;
    is_pumping = true;
    while (!resting.empty()) {
        Runner& runner = *resting.back();
        resting.pop_back();
        resume(runner);
    }
    is_pumping = false;
    if (end_timer && vacant.size() == runners.size()) end_timer->cancel();
}

void Driver::State::cancel(NodeIndex node) {
    if (work == nullptr || runner_of[node] >= runners.size()) return;
    const std::shared_ptr<Runner> runner = runners[runner_of[node]];  // kept: the node may end within emit()
    if (!runner || runner->node != node) return;
    if (!runner->has_begun) {
        ++runner->early_cancels;
        return;
    }
    runner->signal.emit(asio::cancellation_type::terminal);
}

/// The operation has ended, or is being destroyed with its context, which must not be touched afterwards.
void Driver::State::close() noexcept {
    work = nullptr;
    end_timer = nullptr;
    {
        const std::lock_guard lock(gate);
        is_closed = true;
        executor = asio::any_io_executor();
    }
    // What rests holds this state, and is destroyed here and now.
    for (Runner* const runner : std::exchange(resting, {})) runner->resume.reset();
    runners.clear();
    vacant.clear();
}

}  // namespace kahn::graph
