#pragma once

#include <kahn/base/time.hpp>

namespace kahn {

/// Whether the clock is one of real_clock(): Asio's own timers go by it, too, and cost less than a sleep.
bool is_real(const Clock& clock) noexcept;

/// For a timer of Asio's. It fires at once when a time is too far away to be converted: this is a year away at most.
SteadyTime for_timer(SteadyTime when) noexcept;

}  // namespace kahn
