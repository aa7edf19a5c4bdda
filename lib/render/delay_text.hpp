#pragma once

#include <chrono>
#include <string>

namespace kahn::render {

/// When the next attempt comes: `at once`, `in 120ms`, `in 2.00s`.
std::string delay_text(std::chrono::milliseconds delay);

}  // namespace kahn::render
