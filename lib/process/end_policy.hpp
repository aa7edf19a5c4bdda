#pragma once

#include <kahn/base/time.hpp>

#include <chrono>
#include <optional>
#include <type_traits>

namespace kahn::process {

/// What can be seen of an attempt at one moment.
struct Sight {
    Sight() = default;

    bool commands_over = false;  ///< the last command has ended, and none is being started
    bool output_open = true;     ///< somebody holds a pipe
    bool tree_empty = false;     ///< nothing is left, as far as the rung can see
    bool tree_tight = false;     ///< what it cannot see does not exist
    bool rest_may_stay = false;  ///< what is left then may live on
};
static_assert(!std::is_aggregate_v<Sight>);

/// Decides how an attempt ends: when it is over, when its processes are told to go, and when they are killed.
///
/// By itself it ends as soon as nothing is left; a background child that holds the output gets `drain` and is then killed, one
/// that does not hold it is killed at once; unless they may stay: then the attempt ends at those moments, and they live. Stopped, it gets `grace` after SIGTERM. What has been killed gets `reaping` to be
/// gone, then it is given up.
class EndPolicy {
public:
    enum class Action { none, terminate, kill, finish, give_up };

    explicit EndPolicy(std::chrono::milliseconds grace, std::chrono::milliseconds drain = std::chrono::milliseconds(500),
                       std::chrono::milliseconds reaping = std::chrono::seconds(2)) noexcept
        : grace_(grace), drain_(drain), reaping_(reaping) {}

    /// Somebody wants it to end. The second time at once.
    Action stop(SteadyTime now) noexcept;
    /// To be called after every change, and at deadline(). Says `finish` or `give_up` once.
    Action observe(SteadyTime now, Sight sight) noexcept;

    /// When to look again even if nothing happens.
    std::optional<SteadyTime> deadline() const noexcept { return deadline_; }
    /// Whether it pays to look again soon: processes are about to vanish, which nothing announces.
    bool is_ending() const noexcept { return phase_ != Phase::running && phase_ != Phase::over; }
    bool is_killing() const noexcept { return phase_ == Phase::killing; }
    bool is_over() const noexcept { return phase_ == Phase::over; }

private:
    enum class Phase { running, draining, terminating, killing, over };

    Action start_killing(SteadyTime now) noexcept;
    Action end_the_rest(SteadyTime now, const Sight& sight) noexcept;
    Action finish(Action how) noexcept;
    bool is_past(SteadyTime now) const noexcept { return deadline_ && now >= *deadline_; }

    const std::chrono::milliseconds grace_;
    const std::chrono::milliseconds drain_;
    const std::chrono::milliseconds reaping_;
    Phase phase_ = Phase::running;
    std::optional<SteadyTime> deadline_;
};

}  // namespace kahn::process
