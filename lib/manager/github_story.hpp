#pragma once

#include <kahn/model/attempt.hpp>
#include <kahn/model/pipeline.hpp>
#include <kahn/remote/failure.hpp>
#include <kahn/remote/types.hpp>

#include <cstdint>
#include <set>
#include <string>
#include <vector>

namespace kahn {

/// One attempt of a workflow, from what is seen of it: the lines of the job's log, and what the attempt came to. Pure.
///
/// | GitHub says | the attempt |
/// |---|---|
/// | success, neutral | has succeeded |
/// | skipped | has succeeded, with a warning: nothing was to be done |
/// | failure, timed_out, startup_failure, action_required, stale, what nobody knows | AttemptEnd::failed |
/// | cancelled, and nobody here asked for it | AttemptEnd::stopped |
/// | no: the dispatch was refused, or did not arrive | AttemptEnd::not_started |
/// | nothing that is sure: it may have been started, or cannot be followed | AttemptEnd::status_lost, which is never tried again |
/// | that it was told to end, and it has not; or it could not be told | AttemptEnd::unkillable, likewise |
class GithubStory {
public:
    struct Line {
        OutputStream stream;
        std::string text;  ///< with its end
    };
    using Lines = std::vector<Line>;

    explicit GithubStory(const GithubWorkflow& workflow) : workflow_(workflow) {}

    // What happens, in its order. Each returns what is new.
    Lines begins() const;
    Lines started(const remote::Dispatched& dispatched);
    Lines seen(const remote::WorkflowRun& run);
    Lines jobs_seen(const std::vector<remote::WorkflowJob>& jobs);
    Lines asked_to_end() const;

    // How it ends.
    AttemptOutcome refused(const remote::RemoteFailure& failure, bool was_told_to_end) const;
    AttemptOutcome only_started() const;
    AttemptOutcome cannot_be_found(const remote::Dispatched& dispatched) const;
    AttemptOutcome lost(const remote::RemoteFailure& failure) const;
    AttemptOutcome completed() const;
    /// It was told to end, and has. \param had_ended before it was told
    AttemptOutcome ended(bool had_ended) const;
    /// It was told to end, or could not be told, and goes on. \param why "... 10s after it was told to end"
    AttemptOutcome goes_on(const std::string& why) const;

    std::int64_t run_id() const noexcept { return run_id_; }
    /// `run 42 of acme/rocket`, with its address.
    std::string run_text() const;
    /// What dependents may want to know: `run_id`, `html_url`, `conclusion`, as far as they are known.
    Variables outputs() const;

private:
    GithubWorkflow workflow_;
    std::int64_t run_id_ = 0;
    std::string address_;
    std::string status_;
    std::string conclusion_;
    std::set<std::int64_t> told_jobs_;
    std::vector<std::string> failures_;  // `job test, step make test`
};

/// `auth: HTTP 401 - Bad credentials; the token is ...`
std::string failure_text(const remote::RemoteFailure& failure);

}  // namespace kahn
