#pragma once

#include <kahn/base/time.hpp>
#include <kahn/remote/failure.hpp>
#include <kahn/remote/types.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <vector>

namespace kahn::remote {

/// What a new run is known by, when the server did not say its id.
struct DispatchClues {
    DispatchClues() = default;

    std::string branch;             ///< the ref without `refs/heads/`
    std::int64_t highest_before = 0;  ///< the highest run id that was there before; 0: nobody looked
    std::string nonce;              ///< in the title of our run and of no other; empty: none was sent
    std::set<std::int64_t> claimed;   ///< runs that are known to be other dispatches of ours
    std::chrono::milliseconds patience{60'000};
};
static_assert(!std::is_aggregate_v<DispatchClues>);

/// The protocol that starts a workflow at most once (REMOTE section 4.4). Pure: the caller sends, lists and waits.
///
/// Once a request may have arrived there is never a second one: what came of it is looked for in the list of runs.
class DispatchMachine {
public:
    enum class Step { post, wait, list, done };

    explicit DispatchMachine(DispatchClues clues) : clues_(std::move(clues)) {}

    /// What to do now.
    Step next() const noexcept { return step_; }
    /// For Step::wait: how long.
    std::chrono::milliseconds pause() const noexcept { return pause_; }

    /// The server took it; what it told about the run, if that is of use.
    void accepted(std::optional<Dispatched> told);
    /// Nothing was started: the request did not arrive, or the answer proves it.
    void refused(RemoteFailure failure);
    /// It may have arrived.
    void lost(RemoteFailure failure);

    void waited();
    /// \param not_before  runs that were made earlier, by the server's clock, are not ours
    void listed(const std::vector<WorkflowRun>& runs, SystemTime not_before);
    void list_failed(const RemoteFailure& failure);

    /// After Step::done.
    const Result<Dispatched>& result() const noexcept { return result_; }

private:
    void look_for_it();
    void look_again();
    bool may_be_ours(const WorkflowRun& run, SystemTime not_before) const;
    void finish(Result<Dispatched> result);

    DispatchClues clues_;
    Step step_ = Step::post;
    std::chrono::milliseconds pause_{0};
    std::chrono::milliseconds waited_{0};
    bool is_accepted_ = false;
    RemoteFailure lost_by_;
    std::string last_list_error_;
    Result<Dispatched> result_;
};

}  // namespace kahn::remote
