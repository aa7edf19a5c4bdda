// The runners of a driver: coroutines that take one node after another.

#include <kahn/base/error.hpp>

#include "graph/driver_state.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace kahn::graph {
namespace asio = boost::asio;
namespace {

/// So many wait for something to do before one that finds nothing ends.
constexpr std::size_t most_resting = 16;

}  // namespace

/// Ends a runner. If it dies without having been called, the runner was destroyed, and with it the node that it ran.
class Driver::State::RunnerEnd {
public:
    RunnerEnd(std::shared_ptr<State> state, std::shared_ptr<Runner> runner)
        : state_(std::move(state)),
          runner_(std::move(runner)) {}
    RunnerEnd(RunnerEnd&&) noexcept = default;
    RunnerEnd& operator=(RunnerEnd&&) = delete;
    ~RunnerEnd() {
        if (!state_) return;
        runner_->worker.reset();
        try {
            const auto error =
                std::make_exception_ptr(Error(Errc::internal, "a node's coroutine was destroyed before it ended"));
            state_->post([state = state_, runner = runner_, error] { state->runner_ended(*runner, error); });
        } catch (...) {
            // Out of memory while things are torn down: there is nobody left to tell.
        }
    }

    void operator()(std::exception_ptr error) {
        const std::shared_ptr<State> state = std::move(state_);
        const std::shared_ptr<Runner> runner = std::move(runner_);
        state->runner_ended(*runner, std::move(error));
    }

private:
    std::shared_ptr<State> state_;
    std::shared_ptr<Runner> runner_;
};

/// Lays a runner to rest, until resume().
class Driver::State::Rest {
public:
    Rest(State& state, Runner& runner) noexcept : state_(&state), runner_(&runner) {}

    /// The runner may be resumed, and this object gone with that, before rests() returns.
    template <class Handler>
    void operator()(Handler handler) const {
        state_->rests(*runner_, std::move(handler));
    }

private:
    State* state_;
    Runner* runner_;
};

asio::awaitable<void> Driver::State::run_nodes(std::shared_ptr<State> state, std::shared_ptr<Runner> runner) {
    while (runner->body) {
        asio::awaitable<Outcome> body = std::move(*runner->body);
        state->begins(*runner);
        Outcome outcome = Outcome::failure;
        std::exception_ptr error;
        try {
            outcome = co_await std::move(body);
        } catch (...) {
            error = std::current_exception();
        }
        // What cancelled the node, and what the node made of cancellation, ends with it.
        co_await asio::this_coro::reset_cancellation_state();
        co_await asio::this_coro::throw_if_cancelled(true);
        const Next next = state->node_ended(*runner, outcome, std::move(error));
        if (next == Next::node) continue;
        if (next == Next::end) break;
        const Rest rest(*state, *runner);
        auto resumed = asio::async_initiate<const asio::use_awaitable_t<>, void()>(rest, asio::use_awaitable);
        co_await std::move(resumed);
    }
}

/// False if the node could not be run.
bool Driver::State::assign(Runner& runner, NodeIndex node, Worker worker) {
    try {
        runner.body = work->run(node);
    } catch (...) {
        remember(std::current_exception());
        ended.push_back({node, Outcome::failure});
        return false;
    }
    runner.node = node;
    runner.worker = std::move(worker);
    runner.has_begun = false;
    runner_of[node] = runner.index;
    return true;
}

/// By a runner that has nothing to do, else by a new one. Returns when it waits for something, or rests.
void Driver::State::run_elsewhere(NodeIndex node, Worker worker) {
    if (!resting.empty()) {
        Runner& runner = *resting.back();
        if (!assign(runner, node, std::move(worker))) return;
        resting.pop_back();
        resume(runner);
        return;
    }
    const auto index = static_cast<std::uint32_t>(vacant.empty() ? runners.size() : vacant.back());
    auto runner = std::make_shared<Runner>(index);
    if (!assign(*runner, node, std::move(worker))) return;
    if (vacant.empty()) {
        runners.push_back(runner);
    } else {
        vacant.pop_back();
        runners[index] = runner;
    }
    const asio::cancellation_slot slot = runner->signal.slot();
    pumped = runner.get();
    asio::awaitable<void> nodes = run_nodes(shared_from_this(), runner);
    RunnerEnd end(shared_from_this(), std::move(runner));
    asio::co_spawn(executor, std::move(nodes), asio::bind_cancellation_slot(slot, std::move(end)));
    pumped = nullptr;
}

void Driver::State::resume(Runner& runner) {
    pumped = &runner;
    Runner::Resume now = std::move(*runner.resume);
    runner.resume.reset();
    std::move(now)();
    pumped = nullptr;
}

/// Because of two traps of co_spawn (Asio 1.26) a cancellation before the first resumption is kept for later: it would keep
/// the node from beginning at all.
void Driver::State::begins(Runner& runner) {
    runner.body.reset();
    runner.has_begun = true;
    for (; runner.early_cancels > 0; --runner.early_cancels) {
        post([state = shared_from_this(), node = *runner.node] { state->cancel(node); });
    }
}

/// What the runner is to do now. One that rests may have its next node already: pump() lets it begin that before anything else.
Driver::State::Next Driver::State::node_ended(Runner& runner, Outcome outcome, std::exception_ptr error) {
    const NodeIndex node = *std::exchange(runner.node, std::nullopt);
    Worker worker = std::move(runner.worker);
    if (work == nullptr) return Next::end;
    remember(std::move(error));
    if (is_pumping && pumped != &runner) {  // it ended from within another node, or a decision
        worker.reset();
        ended.push_back({node, outcome});
    } else {
        // A worker that nobody waits for is kept for the next node.
        if (!slots->is_wanted()) spare = std::move(worker);
        while (tell_ended()) {
        }
        scheduler.finished(node, outcome);
        worker.reset();
        const bool is_pumped = std::exchange(is_pumping, true);
        const bool has_next = take_next(runner);
        is_pumping = is_pumped;
        if (has_next && is_pumped) return Next::node;
        spare.reset();
        if (has_next) return has_more() ? Next::rest : Next::node;
    }
    return resting.size() < most_resting ? Next::rest : Next::end;
}

bool Driver::State::take_next(Runner& runner) {
    Worker worker;
    while (const std::optional<NodeIndex> node = next_to_run(worker)) {
        if (assign(runner, *node, std::move(worker))) return true;
    }
    return false;
}

void Driver::State::rests(Runner& runner, Runner::Resume resume) {
    runner.resume.emplace(std::move(resume));
    if (runner.body) {
        pump(&runner);
    } else {
        resting.push_back(&runner);
        pump();
    }
}

void Driver::State::runner_ended(Runner& runner, std::exception_ptr error) {
    if (work == nullptr) return;
    remember(std::move(error));
    if (runner.node) ended.push_back({*std::exchange(runner.node, std::nullopt), Outcome::failure});
    vacant.push_back(runner.index);
    runners[runner.index].reset();
    pump();
}

}  // namespace kahn::graph
