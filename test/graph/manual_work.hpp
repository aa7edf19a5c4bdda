#pragma once

#include <kahn/graph/driver.hpp>

#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace kahn::graph::test {

/// Nodes that run until the test ends them, and a record of all that was asked of them.
class ManualWork : public NodeWork {
public:
    std::map<NodeIndex, Outcome> decided;  ///< what decide() answers
    std::vector<NodeIndex> started;
    std::vector<Scheduler::Skipped> skips;
    std::map<NodeIndex, int> cancellations;
    std::size_t running_now = 0;
    std::size_t running_most = 0;

    std::optional<Outcome> decide(NodeIndex node) override {
        const auto found = decided.find(node);
        if (found == decided.end()) return std::nullopt;
        return found->second;
    }

    boost::asio::awaitable<Outcome> run(NodeIndex node) override {
        started.push_back(node);
        ++running_now;
        running_most = std::max(running_most, running_now);
        return hold(this, node);
    }

    void skipped(const Scheduler::Skipped& skip) override { skips.push_back(skip); }

    bool is_running(NodeIndex node) const { return waits_.contains(node); }
    void end(NodeIndex node, Outcome outcome = Outcome::success) {
        Wait& wait = *waits_.at(node);
        wait.outcome = outcome;
        wait.timer.cancel();
    }

private:
    struct Wait {
        explicit Wait(const boost::asio::any_io_executor& executor)
            : timer(executor, boost::asio::steady_timer::time_point::max()) {}
        boost::asio::steady_timer timer;  // used as a condition: it never expires
        std::optional<Outcome> outcome;
    };

    static boost::asio::awaitable<Outcome> hold(ManualWork* work, NodeIndex node) {
        const auto executor = co_await boost::asio::this_coro::executor;
        co_await boost::asio::this_coro::throw_if_cancelled(false);
        const auto wait = std::make_shared<Wait>(executor);
        work->waits_[node] = wait.get();
        while (!wait->outcome) {
            boost::system::error_code ignored;
            auto token = boost::asio::redirect_error(boost::asio::use_awaitable, ignored);
            co_await wait->timer.async_wait(token);
            const auto state = co_await boost::asio::this_coro::cancellation_state;
            if (state.cancelled() == boost::asio::cancellation_type::none) continue;
            ++work->cancellations[node];
            co_await boost::asio::this_coro::reset_cancellation_state();
        }
        work->waits_.erase(node);
        --work->running_now;
        co_return *wait->outcome;
    }

    std::map<NodeIndex, Wait*> waits_;
};

}  // namespace kahn::graph::test
