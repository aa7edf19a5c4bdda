#pragma once

#include <kahn/model/attempt.hpp>

#include <array>
#include <optional>
#include <string_view>

namespace kahn::store {

/// The enumerator's own name.
constexpr std::string_view to_string(AttemptEnd end) noexcept {
    switch (end) {
        case AttemptEnd::exited: return "exited";
        case AttemptEnd::signaled: return "signaled";
        case AttemptEnd::failed: return "failed";
        case AttemptEnd::not_started: return "not_started";
        case AttemptEnd::status_lost: return "status_lost";
        case AttemptEnd::stopped: return "stopped";
        case AttemptEnd::unkillable: return "unkillable";
    }
    return "unknown";
}

constexpr std::optional<AttemptEnd> parse_attempt_end(std::string_view word) noexcept {
    for (const AttemptEnd end : {AttemptEnd::exited, AttemptEnd::signaled, AttemptEnd::failed, AttemptEnd::not_started, AttemptEnd::status_lost,
                                 AttemptEnd::stopped, AttemptEnd::unkillable}) {
        if (to_string(end) == word) return end;
    }
    return std::nullopt;
}

}  // namespace kahn::store
