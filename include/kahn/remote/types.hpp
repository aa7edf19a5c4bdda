#pragma once

#include <kahn/base/time.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace kahn::remote {

/// A repository of GitHub's: `owner/name`.
struct Repository {
    Repository() = default;
    Repository(std::string owner_, std::string name_) : owner(std::move(owner_)), name(std::move(name_)) {}

    std::string owner;
    std::string name;

    std::string text() const { return owner + "/" + name; }
    friend auto operator<=>(const Repository&, const Repository&) = default;
};
static_assert(!std::is_aggregate_v<Repository>);

/// One run of a workflow, as the server tells it.
struct WorkflowRun {
    WorkflowRun() = default;

    std::int64_t id = 0;
    std::string name;  ///< empty if the server has none
    std::string display_title;
    std::string head_branch;
    std::string head_sha;
    std::string path;  ///< `.github/workflows/ci.yml@main`
    std::string event;
    std::string status;      ///< GitHub's own word; empty: null
    std::string conclusion;  ///< GitHub's own word; empty: null
    std::int64_t workflow_id = 0;
    std::int64_t run_number = 0;
    std::int64_t run_attempt = 1;
    std::string html_url;
    std::string jobs_url;
    std::string created_at;  ///< as it was written
    std::string updated_at;
    std::string run_started_at;
    std::string actor;
};
static_assert(!std::is_aggregate_v<WorkflowRun>);

struct WorkflowRuns {
    WorkflowRuns() = default;

    std::int64_t total_count = 0;  ///< may be more than can be listed
    std::vector<WorkflowRun> runs;
};
static_assert(!std::is_aggregate_v<WorkflowRuns>);

struct WorkflowStep {
    WorkflowStep() = default;

    std::string name;
    std::int64_t number = 0;
    std::string status;
    std::string conclusion;
    std::string started_at;
    std::string completed_at;
};
static_assert(!std::is_aggregate_v<WorkflowStep>);

struct WorkflowJob {
    WorkflowJob() = default;

    std::int64_t id = 0;
    std::int64_t run_id = 0;
    std::int64_t run_attempt = 1;
    std::string name;
    std::string status;
    std::string conclusion;
    std::string started_at;
    std::string completed_at;
    std::string html_url;
    std::string runner_name;
    std::vector<std::string> labels;
    std::vector<WorkflowStep> steps;
};
static_assert(!std::is_aggregate_v<WorkflowJob>);

struct Artifact {
    Artifact() = default;

    std::int64_t id = 0;
    std::string name;
    std::int64_t size_in_bytes = 0;
    bool expired = false;
    std::string digest;  ///< `sha256:...` of the archive; empty on old servers
    std::string created_at;
    std::string expires_at;
};
static_assert(!std::is_aggregate_v<Artifact>);

/// Somebody whose approval a waiting run needs.
struct PendingDeployment {
    PendingDeployment() = default;

    std::int64_t environment_id = 0;
    std::string environment;
    bool current_user_can_approve = false;
    std::vector<std::string> reviewers;  ///< logins of users, names of teams
};
static_assert(!std::is_aggregate_v<PendingDeployment>);

/// Where a run stands in a queue of those that must not run at once.
struct ConcurrencyPlace {
    ConcurrencyPlace() = default;

    std::string group;
    std::int64_t position = 0;  ///< as the server counts
    std::string status;
};
static_assert(!std::is_aggregate_v<ConcurrencyPlace>);

/// What a run is to be started with.
struct DispatchRequest {
    DispatchRequest() = default;

    std::string workflow;  ///< a file name (`ci.yml`) or a numeric id
    std::string ref;       ///< a branch or a tag; empty: the repository's default branch
    std::map<std::string, std::string> inputs;
    std::string correlate_input;  ///< an input that gets a text of its own each time and that the run's name shows; empty: none
};
static_assert(!std::is_aggregate_v<DispatchRequest>);

/// How the id of a started run is known.
enum class Correlation {
    returned,   ///< the server said it
    matched,    ///< exactly one new run fits
    ambiguous,  ///< several fit: none is guessed
    unknown,    ///< the server accepted, and no run has shown up
};

/// The enumerator's own name.
std::string_view to_string(Correlation correlation) noexcept;

struct Dispatched {
    Dispatched() = default;

    std::int64_t run_id = 0;  ///< 0: see correlation
    std::string run_url;
    std::string html_url;
    std::string ref;  ///< what was asked for, the default branch filled in
    Correlation correlation = Correlation::returned;
    std::vector<std::int64_t> candidates;  ///< if it is ambiguous
};
static_assert(!std::is_aggregate_v<Dispatched>);

/// Which runs are wanted. What is left empty does not count.
struct RunFilter {
    RunFilter() = default;

    std::string workflow;  ///< a file name or a numeric id
    std::string status;    ///< a status or a conclusion, as GitHub mixes them
    std::string branch;
    std::string event;
    std::string actor;
    std::string created;  ///< `>=2026-09-20T10:00:00Z`
    std::string head_sha;
    std::size_t limit = 10;  ///< how many at most; further pages are fetched as needed
    bool with_pull_requests = true;
};
static_assert(!std::is_aggregate_v<RunFilter>);

enum class JobFilter { latest, all };

enum class RerunKind { all_jobs, failed_jobs };

/// How a cancelled run ended up.
enum class CancelOutcome {
    requested,         ///< the server will do it
    already_completed, ///< there was nothing left to cancel: the run has its own conclusion
};

/// How a run is watched.
struct WatchOptions {
    WatchOptions() = default;

    SteadyTime deadline = SteadyTime::max();       ///< on the client's clock
    std::chrono::milliseconds poll_interval{0};    ///< at least; 0: adaptive
    std::int64_t attempt = 0;                      ///< 0: the one that is seen first
    bool wait_for_approval = false;                ///< `action_required` is no end
    bool is_fresh = false;  ///< it was just dispatched, and may be not found for a moment
    /// As the run was seen last: the watch is over, without being complete, as soon as it is seen otherwise. Null: at its end only.
    std::shared_ptr<const WorkflowRun> since;
};
static_assert(!std::is_aggregate_v<WatchOptions>);

/// What a watched run came to.
struct Watched {
    Watched() = default;

    WorkflowRun run;         ///< as it was seen last; its id is 0 if it never was
    bool is_complete = false;  ///< false: the deadline came first, or a change that was asked for
    std::string reason;      ///< beyond the conclusion: `neutral`, `no_conclusion`, `unknown:...`
    std::string last_error;  ///< the last failure that was got over; empty if there was none
    std::chrono::milliseconds elapsed{0};
    int polls = 0;         ///< requests that asked after this run
    int not_modified = 0;  ///< of them, answered by 304
    std::optional<std::int64_t> rate_remaining;
};
static_assert(!std::is_aggregate_v<Watched>);

/// How a run is cancelled by one who wants to see its end.
struct CancelOptions {
    CancelOptions() = default;

    SteadyTime deadline = SteadyTime::max();      ///< on the client's clock
    std::chrono::milliseconds poll_interval{0};   ///< at least; 0: adaptive
    /// Then it is ended by force. GitHub itself ends everything five minutes after it was asked to cancel; 0: never.
    std::chrono::milliseconds escalate_after{300'000};
};
static_assert(!std::is_aggregate_v<CancelOptions>);

/// What became of a run that was cancelled.
struct Cancelled {
    Cancelled() = default;

    CancelOutcome outcome = CancelOutcome::requested;
    bool is_forced = false;  ///< cancelling alone did not end it in time
    Watched watched;         ///< its is_complete tells whether the run has ended; whatever its conclusion
};
static_assert(!std::is_aggregate_v<Cancelled>);

/// What the server allows.
struct RateLimitReport {
    RateLimitReport() = default;

    bool is_limited = true;  ///< false: limits are switched off
    std::int64_t limit = 0;
    std::int64_t used = 0;
    std::int64_t remaining = 0;
    std::int64_t reset = 0;  ///< seconds since the epoch, by the server's clock
};
static_assert(!std::is_aggregate_v<RateLimitReport>);

/// A file that was fetched.
struct Download {
    Download() = default;

    std::filesystem::path path;
    std::uint64_t bytes = 0;
    std::string sha256;  ///< in hex
    bool digest_checked = false;  ///< it is the one that the server promised
};
static_assert(!std::is_aggregate_v<Download>);

}  // namespace kahn::remote
