#pragma once

#include <kahn/graph/driver.hpp>

#include "graph/worker_slots.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstdint>
#include <optional>

namespace kahn::graph {

/// A coroutine that runs nodes, one after another, in its own flow of control: a node that never waits costs no
/// `co_spawn`, no turn of the event loop, and no allocation but its own frame.
struct Runner {
    /// Resumes a runner that rests. Destroyed unheard, it destroys the runner.
    using Resume = boost::asio::async_result<boost::asio::use_awaitable_t<>, void()>::handler_type;

    explicit Runner(std::uint32_t index_) noexcept : index(index_) {}

    const std::uint32_t index;  // among all runners of its driver
    boost::asio::cancellation_signal signal;
    std::optional<NodeIndex> node;  // that it runs, or is to run next
    std::optional<boost::asio::awaitable<Outcome>> body;  // of that node, until it is begun
    Worker worker;                                        // that the node holds
    bool has_begun = false;  // the node: its coroutine was resumed for the first time
    int early_cancels = 0;   // that came before
    std::optional<Resume> resume;  // while it rests
};

}  // namespace kahn::graph
