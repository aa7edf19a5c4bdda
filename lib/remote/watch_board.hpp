#pragma once

#include <kahn/base/time.hpp>
#include <kahn/remote/failure.hpp>
#include <kahn/remote/types.hpp>

#include "remote/poll_policy.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::remote {

/// One watcher's view of one run.
struct Watch {
    Watch() = default;

    std::int64_t run_id = 0;
    WatchOptions options;
    std::int64_t attempt = 0;  ///< pinned; 0: not seen yet
    SteadyTime began;
    SteadyTime not_found_until = SteadyTime::min();
    int ticks_without_conclusion = 0;
    int failures_in_a_row = 0;  ///< of those that are not borne for ever
    bool was_heard_of = false;  ///< the server has answered at least once
    Watched state;
    std::optional<Result<Watched>> result;  ///< once it is over
};
static_assert(!std::is_aggregate_v<Watch>);

/// Who watches what in one repository, what to ask the server next, and what its answers mean. Pure: the caller brings the time
/// and the answers.
///
/// One list answers for up to a hundred runs; only for those that are not on its page are there questions of their own.
class WatchBoard {
public:
    /// \param visibility_grace  how long a fresh run may be not found
    std::shared_ptr<Watch> add(std::int64_t run_id, WatchOptions options, SteadyTime now, std::chrono::milliseconds visibility_grace);
    void remove(const std::shared_ptr<Watch>& watch);
    bool empty() const noexcept { return watches_.empty(); }

    /// Ends the watches whose time is up.
    void expire(SteadyTime now);
    /// When something is to be done at the latest: ask, or expire.
    SteadyTime wakes_at() const;
    /// The earliest deadline of a watch that is not over.
    SteadyTime next_deadline() const;
    bool is_due(SteadyTime now) const { return !empty() && now >= next_tick_; }

    /// What to ask in the tick that begins now.
    struct Questions {
        Questions() = default;

        bool list = false;
        std::vector<std::int64_t> single;  ///< of runs that may be missing on the list
        std::size_t most_single = 1;       ///< how many of those may be asked for in this tick
    };
    Questions begin_tick(SteadyTime now);
    /// Whether a run was on the last list, or needs no question any more.
    bool is_answered(std::int64_t run_id) const;

    void listed(WorkflowRuns page, bool not_modified, SteadyTime now);
    void found(const WorkflowRun& run, bool not_modified, SteadyTime now);
    /// \param run_id  0: of the list
    void failed(std::int64_t run_id, const RemoteFailure& failure, SteadyTime now);

    void end_tick(const std::optional<RateLimit>& limit, SteadyTime now, double chance);

private:
    void observe(Watch& watch, const WorkflowRun& run, bool not_modified, SteadyTime now);
    void end(Watch& watch, SteadyTime now, bool is_complete);
    std::chrono::milliseconds floor() const;

    std::vector<std::shared_ptr<Watch>> watches_;
    PollPolicy poll_;
    SteadyTime next_tick_ = SteadyTime::min();
    SteadyTime last_tick_ = SteadyTime::min();
    SteadyTime not_before_ = SteadyTime::min();  // by a limit
    std::vector<WorkflowRun> page_;
    std::optional<RateLimit> limit_;
    std::int64_t last_single_ = 0;  // the turn goes on behind it
    int asked_ = 0;  // in this tick
    bool has_change_ = false;
};

}  // namespace kahn::remote
