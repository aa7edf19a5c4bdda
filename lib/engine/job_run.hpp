#pragma once

#include <kahn/graph/scheduler.hpp>

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace kahn {

class Run;

/// Runs one job of a run: its attempts, their deadlines, the waits between them, its artifacts.
/// \par Cancellation
/// `terminal`: ends the running attempt; a second one: at once. Why, the run knows.
boost::asio::awaitable<graph::Outcome> run_job(std::shared_ptr<Run> run, graph::NodeIndex node);

}  // namespace kahn
