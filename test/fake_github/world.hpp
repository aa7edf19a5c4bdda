#pragma once

#include <kahn/base/time.hpp>

#include <chrono>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

/// \file
/// What the fake GitHub knows: plain data, which a test fills in and may change while the server runs (FakeGitHub::edit).
namespace kahn::testing {

using Milliseconds = std::chrono::milliseconds;

/// From `after` its run's start on, the run has this status.
struct TimelinePoint {
    TimelinePoint() = default;
    TimelinePoint(Milliseconds after_, std::string status_, std::string conclusion_ = {})
        : after(after_), status(std::move(status_)), conclusion(std::move(conclusion_)) {}

    Milliseconds after{0};
    std::string status;      ///< empty: null
    std::string conclusion;  ///< empty: null
};
static_assert(!std::is_aggregate_v<TimelinePoint>);

struct StepPlan {
    StepPlan() = default;
    StepPlan(std::string name_, Milliseconds starts_, Milliseconds ends_, std::string conclusion_ = "success")
        : name(std::move(name_)), starts(starts_), ends(ends_), conclusion(std::move(conclusion_)) {}

    std::string name;
    Milliseconds starts{0};  ///< after the run's start, as are all times here
    Milliseconds ends{0};
    std::string conclusion = "success";
    std::string log;  ///< its file in the run's archive of logs
};
static_assert(!std::is_aggregate_v<StepPlan>);

struct JobPlan {
    JobPlan() = default;
    JobPlan(std::string name_, Milliseconds starts_, Milliseconds ends_, std::string conclusion_ = "success")
        : name(std::move(name_)), starts(starts_), ends(ends_), conclusion(std::move(conclusion_)) {}

    std::string name;
    Milliseconds starts{0};
    Milliseconds ends{0};
    std::string conclusion = "success";
    std::vector<StepPlan> steps;
    bool always = false;  ///< `if: always()`: goes on when the run is cancelled, until it is force-cancelled
    std::string log;      ///< served as text, and in the archive; empty: made from the steps
    std::vector<std::string> labels{"ubuntu-latest"};
    std::string runner_name = "GitHub Actions 1";
    std::int64_t id = 0;  ///< given by the server when 0
};
static_assert(!std::is_aggregate_v<JobPlan>);

struct ArtifactPlan {
    ArtifactPlan() = default;
    ArtifactPlan(std::string name_, std::string bytes_) : name(std::move(name_)), bytes(std::move(bytes_)) {}

    std::string name;
    std::string bytes;       ///< of the archive as it is downloaded
    Milliseconds appears{0};
    bool is_expired = false;  ///< its download answers 410
    std::optional<std::string> digest;  ///< nothing: the true one; empty: none is told
    std::int64_t id = 0;      ///< given by the server when 0
};
static_assert(!std::is_aggregate_v<ArtifactPlan>);

/// An environment that wants an approval before the run goes on.
struct PendingDeployment {
    PendingDeployment() = default;
    PendingDeployment(std::int64_t environment_id_, std::string environment_, std::vector<std::string> reviewers_)
        : environment_id(environment_id_), environment(std::move(environment_)), reviewers(std::move(reviewers_)) {}

    std::int64_t environment_id = 0;
    std::string environment;
    std::vector<std::string> reviewers;  ///< logins
};
static_assert(!std::is_aggregate_v<PendingDeployment>);

/// How a run will go. A new one is queued, in progress after a second and a success after three.
struct RunPlan {
    RunPlan() = default;

    std::vector<TimelinePoint> timeline{TimelinePoint(Milliseconds(0), "queued"), TimelinePoint(Milliseconds(1000), "in_progress"),
                                        TimelinePoint(Milliseconds(3000), "completed", "success")};
    std::vector<JobPlan> jobs;
    std::vector<ArtifactPlan> artifacts;
    bool has_logs = true;      ///< else 404; a run that is not completed has none either
    bool is_zombie = false;    ///< can neither be cancelled nor rerun
    Milliseconds visibility_delay{0};  ///< GET and lists do not know a new run before
    Milliseconds cancel_delay{2000};   ///< from the request to the effect
    std::string concurrency_group;     ///< empty: none
    int concurrency_position = 0;
    /// While there are any, and the timeline says `waiting`, time stands still for the run; approving all lets it go on.
    std::vector<PendingDeployment> pending_deployments;
    /// Of attempt 2, 3 and so on; those beyond go as the first did.
    std::vector<RunPlan> on_rerun;
};
static_assert(!std::is_aggregate_v<RunPlan>);

struct InputSpec {
    InputSpec() = default;

    bool is_required = false;
    std::vector<std::string> choices;  ///< empty: anything
    std::optional<std::string> default_value;
};
static_assert(!std::is_aggregate_v<InputSpec>);

struct Workflow {
    Workflow() = default;
    Workflow(std::int64_t id_, std::string path_, std::string name_) : id(id_), path(std::move(path_)), name(std::move(name_)) {}

    std::int64_t id = 0;
    std::string path;  ///< `.github/workflows/ci.yml`
    std::string name;
    std::string state = "active";
    bool has_dispatch = true;
    std::map<std::string, InputSpec> inputs;
    /// Of the runs that dispatching makes, with `${{ inputs.NAME }}` replaced; empty: the workflow's name.
    std::string run_name;
    RunPlan plan;  ///< of the runs that dispatching makes
};
static_assert(!std::is_aggregate_v<Workflow>);

/// One run. Its state is a function of its plan, of the time, and of what was asked of it.
struct Run {
    Run() = default;

    std::int64_t id = 0;
    std::int64_t workflow_id = 0;
    std::int64_t number = 0;
    int attempt = 1;
    std::string name;
    std::string display_title;
    std::string event = "workflow_dispatch";
    std::string branch;
    std::string sha;
    std::string actor;
    std::map<std::string, std::string> inputs;
    RunPlan plan;
    Milliseconds created{0};  ///< of the world's time, the first attempt's
    Milliseconds started{0};  ///< this attempt's
    std::optional<Milliseconds> cancel_asked;
    std::optional<Milliseconds> force_cancelled;
    Milliseconds held{0};  ///< time that stood still for it
    std::vector<Run> previous_attempts;         ///< in their order
};
static_assert(!std::is_aggregate_v<Run>);

struct Repository {
    Repository() = default;
    Repository(std::int64_t id_, std::string owner_, std::string name_) : id(id_), owner(std::move(owner_)), name(std::move(name_)) {}

    std::int64_t id = 0;  ///< given by the server when 0
    std::string owner;
    std::string name;
    std::string default_branch = "main";
    bool is_private = false;
    std::set<std::string> refs{"main"};  ///< branches and tags, short names
    std::vector<Workflow> workflows;
    std::map<std::int64_t, Run> runs;
    std::set<std::string> former_names;  ///< `owner/name`; a request for one answers 301, or 307 to a POST
};
static_assert(!std::is_aggregate_v<Repository>);

/// Who may ask. The world begins with one, `test-token`, that may do everything.
struct Token {
    Token() = default;
    Token(std::string text_, std::string login_, std::int64_t user_id_)
        : text(std::move(text_)), login(std::move(login_)), user_id(user_id_) {}

    std::string text;
    std::string login;
    std::int64_t user_id = 0;
    bool may_write_actions = true;
    bool may_read_actions = true;
    bool is_integration = false;  ///< for the words of a 403: an app's, or a person's
    std::optional<std::set<std::string>> private_repositories;  ///< `owner/name` of those it sees; nothing: all
    std::string scopes = "repo, workflow";  ///< x-oauth-scopes; empty: not sent, a fine-grained token
    std::string expiration;                 ///< github-authentication-token-expiration, as it is sent; empty: not sent
};
static_assert(!std::is_aggregate_v<Token>);

/// Answers that say "not now". The primary limit counts; the others are switched on by a test.
struct Limits {
    Limits() = default;

    std::int64_t limit = 5000;        ///< requests an hour and token
    std::int64_t anonymous_limit = 60;
    Milliseconds window{3'600'000};
    bool are_off = false;             ///< GHES: no headers, and 404 at /rate_limit
    unsigned primary_status = 403;    ///< or 429
    /// While set, and until this time of the world, everything answers with the secondary limit.
    std::optional<Milliseconds> secondary_until;
    unsigned secondary_status = 403;
    std::optional<int> secondary_retry_after;  ///< seconds; nothing: no header
    bool secondary_is_content_creation = false;  ///< the other wording
    /// More requests at once than this are noted as a breach of manners.
    std::size_t most_at_once = 100;
};
static_assert(!std::is_aggregate_v<Limits>);

/// One token's use of the primary limit.
struct Quota {
    Quota() = default;

    std::int64_t used = 0;
    Milliseconds resets{0};  ///< of the world's time
};
static_assert(!std::is_aggregate_v<Quota>);

/// Everything that the server knows.
struct World {
    World();

    std::deque<Repository> repositories;  ///< references stay good
    std::vector<Token> tokens;
    Limits limits;
    std::map<std::string, Quota> quotas;  ///< by token; the empty one is the anonymous

    bool is_anonymous_allowed = true;  ///< to public repositories
    std::string ghes_version;          ///< `3.19.2`; empty: the cloud
    bool strict_keys = false;          ///< 400 for `return_run_details`, as GHES up to 3.20
    std::vector<std::string> api_versions{"2022-11-28", "2026-03-10"};
    std::vector<std::string> retired_versions;  ///< 410
    std::string deprecation;           ///< header; empty: not sent
    std::string sunset;                ///< header; empty: not sent
    bool sends_long_headers = true;    ///< a content-security-policy of more than 2.5 KB, as the real ones
    bool compresses = true;            ///< gzip for whom asks for it
    bool sends_digests = true;         ///< of artifacts
    Milliseconds link_life{60'000};    ///< of a download's address
    Milliseconds skew{0};              ///< of the server's clock against the injected one
    SystemTime epoch{};                ///< the injected clock's time at the world's 0
    std::int64_t next_id = 30'433'642'123;  ///< beyond 32 bits, on purpose

    /// The server's time of day.
    SystemTime wall(Milliseconds now) const { return epoch + now + skew; }

    /// \throws std::out_of_range
    Repository& repository(const std::string& owner, const std::string& name);
    Repository& add(Repository repository);
    /// Makes a run of a workflow as if an event had at `now`.
    Run& start_run(Repository& repository, const Workflow& workflow, const RunPlan& plan, std::string branch, std::string actor,
                   Milliseconds now);
    /// Gives jobs and artifacts that have no id theirs.
    void number(RunPlan& plan);
    /// \throws std::out_of_range
    Run& run(std::int64_t id);
    /// Makes it a GHES of this version: path prefix, strict keys, no digests, one API version.
    void become_ghes(std::string version);
};

}  // namespace kahn::testing
