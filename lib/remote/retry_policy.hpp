#pragma once

#include <kahn/remote/failure.hpp>

#include <chrono>
#include <optional>

namespace kahn::remote {

/// What a request does if it arrives twice.
enum class Repeatable {
    always,  ///< GET; cancel, for which "already" means done
    checked, ///< a rerun: whoever repeats it looks first whether it worked
    never,   ///< a dispatch: each one that arrives starts a run
};

/// When a request that failed is sent again (REMOTE section 4.3). Pure: the caller brings the failures and the chance.
class RetryPolicy {
public:
    RetryPolicy(Repeatable repeatable, int attempts) : repeatable_(repeatable), attempts_(attempts) {}

    /// The pause before the next attempt: full jitter over 0.5 s doubled each time, at most 20 s. Nothing: give up.
    /// \param chance  in [0, 1)
    std::optional<std::chrono::milliseconds> after(const RemoteFailure& failure, double chance);

    int attempts() const noexcept { return made_; }

private:
    bool may_repeat(const RemoteFailure& failure) const noexcept;

    Repeatable repeatable_;
    int attempts_;
    int made_ = 0;
    int unresolved_ = 0;
    int undecodable_ = 0;
};

}  // namespace kahn::remote
