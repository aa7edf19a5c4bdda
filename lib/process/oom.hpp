#pragma once

#include <cstdint>
#include <string_view>

namespace kahn::process {

/// The value of `key` in lines of `key value`, as /proc/vmstat and memory.events have them; 0 if it is not there.
std::uint64_t counter_in(std::string_view text, std::string_view key) noexcept;

/// How many processes of this machine were killed for want of memory since it was started.
std::uint64_t machine_oom_kills();

}  // namespace kahn::process
