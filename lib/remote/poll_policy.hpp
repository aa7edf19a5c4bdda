#pragma once

#include <kahn/base/time.hpp>

#include "remote/rate_gate.hpp"

#include <chrono>
#include <optional>

namespace kahn::remote {

/// How long to wait before looking again (REMOTE section 4.5): 2 s after a change, half as long again each time nothing has
/// changed, up to 15 s; never more often than the caller wants nor than the budget of requests bears.
class PollPolicy {
public:
    void changed() noexcept;
    void unchanged() noexcept;
    /// Nothing was heard: like unchanged, so that a server in trouble is asked less often.
    void failed() noexcept { unchanged(); }

    /// \param floor   what the caller asked for at least; 0: nothing
    /// \param limit   what is known of the budget: half of what remains is spread over the time to the reset
    /// \param chance  in [0, 1): ±10 %, so that many watchers do not come at once
    std::chrono::milliseconds next(std::chrono::milliseconds floor, const std::optional<RateLimit>& limit, SteadyTime now,
                                   double chance) const;

private:
    std::chrono::milliseconds interval_{2000};
};

}  // namespace kahn::remote
