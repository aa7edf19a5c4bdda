#include "manager/github_story.hpp"

#include "base/text.hpp"
#include "remote/status_map.hpp"
#include "render/workflow_text.hpp"

#include <algorithm>

namespace kahn {
namespace {

using remote::ErrorKind;

GithubStory::Line out(const std::string& text) { return {OutputStream::stdout_stream, printable(text) + '\n'}; }
GithubStory::Line err(const std::string& text) { return {OutputStream::stderr_stream, printable(text) + '\n'}; }

AttemptOutcome outcome_of(AttemptEnd end, std::string message) {
    AttemptOutcome outcome;
    outcome.end = end;
    outcome.message = std::move(message);
    return outcome;
}

AttemptOutcome success() {
    AttemptOutcome outcome;
    outcome.exit_code = 0;
    return outcome;
}

bool is_bad(std::string_view conclusion) {
    return !conclusion.empty() && conclusion != "success" && conclusion != "neutral" && conclusion != "skipped";
}

std::string state_text(const std::string& status, const std::string& conclusion) {
    if (status == "completed") return "completed: " + (conclusion.empty() ? "no conclusion yet" : conclusion);
    if (status == "waiting") return "waiting for an approval";
    if (status == "pending") return "pending: others of its concurrency group go first";
    if (status == "in_progress") return "in progress";
    return status.empty() ? "no status yet" : status;
}

}  // namespace

std::string failure_text(const remote::RemoteFailure& failure) {
    std::string text = std::string(to_string(failure.kind)) + ": " + failure.text;
    if (!failure.hint.empty()) text += "; " + failure.hint;
    return printable(text);
}

std::string GithubStory::run_text() const {
    std::string text = "run " + std::to_string(run_id_) + " of " + workflow_.repo;
    if (!address_.empty()) text += " (" + address_ + ")";
    return printable(text);
}

GithubStory::Lines GithubStory::begins() const { return {out("starting " + render::workflow_text(workflow_))}; }

GithubStory::Lines GithubStory::started(const remote::Dispatched& dispatched) {
    run_id_ = dispatched.run_id;
    address_ = dispatched.html_url;
    if (run_id_ == 0) return {out("GitHub has accepted it, and does not say which run it is")};
    return {out("started " + run_text() + " at " + dispatched.ref)};
}

GithubStory::Lines GithubStory::seen(const remote::WorkflowRun& run) {
    if (address_.empty()) address_ = run.html_url;
    if (run.status == status_ && run.conclusion == conclusion_) return {};
    status_ = run.status;
    conclusion_ = run.conclusion;
    return {out(state_text(status_, conclusion_))};
}

GithubStory::Lines GithubStory::jobs_seen(const std::vector<remote::WorkflowJob>& jobs) {
    Lines lines;
    for (const remote::WorkflowJob& job : jobs) {
        if (job.status != "completed" || !told_jobs_.insert(job.id).second) continue;
        const std::string line = "job " + job.name + ": " + job.conclusion;
        if (!is_bad(job.conclusion)) {
            lines.push_back(out(line));
            continue;
        }
        lines.push_back(err(line));
        std::string failure = "job " + job.name;
        for (const remote::WorkflowStep& step : job.steps) {
            if (!is_bad(step.conclusion)) continue;
            lines.push_back(err("    step " + std::to_string(step.number) + ", " + step.name + ": " + step.conclusion));
            if (failures_.empty() || failures_.back() != failure) failure += ", step " + step.name;
        }
        failures_.push_back(printable(failure));
    }
    return lines;
}

GithubStory::Lines GithubStory::asked_to_end() const { return {err("GitHub was asked to cancel " + run_text())}; }

AttemptOutcome GithubStory::refused(const remote::RemoteFailure& failure, bool was_told_to_end) const {
    if (failure.kind == ErrorKind::outcome_unknown) {
        // Whether it was told to end or not: nobody knows that nothing is running.
        return outcome_of(was_told_to_end ? AttemptEnd::unkillable : AttemptEnd::status_lost, failure_text(failure));
    }
    if (failure.kind == ErrorKind::cancelled && was_told_to_end) return outcome_of(AttemptEnd::stopped, "the workflow was not started");
    return outcome_of(AttemptEnd::not_started, "the workflow could not be started: " + failure_text(failure));
}

AttemptOutcome GithubStory::only_started() const { return success(); }

AttemptOutcome GithubStory::cannot_be_found(const remote::Dispatched& dispatched) const {
    std::string text = "the workflow was started, and GitHub does not say as which run";
    if (!dispatched.candidates.empty()) {
        std::vector<std::string> ids;
        for (const std::int64_t id : dispatched.candidates) ids.push_back(std::to_string(id));
        text += ": one of " + join(ids, ", ");
    }
    return outcome_of(AttemptEnd::status_lost, std::move(text));
}

AttemptOutcome GithubStory::lost(const remote::RemoteFailure& failure) const {
    return outcome_of(AttemptEnd::status_lost, run_text() + " cannot be followed any more: " + failure_text(failure));
}

AttemptOutcome GithubStory::completed() const {
    const auto state = remote::map_state(status_, conclusion_);
    if (state.status == PipelineStatus::success) return success();
    if (state.status == PipelineStatus::skipped) {
        AttemptOutcome outcome = success();
        outcome.warnings.push_back(run_text() + " skipped all of its jobs");
        return outcome;
    }
    if (state.status == PipelineStatus::cancelled) return outcome_of(AttemptEnd::stopped, run_text() + " was cancelled on GitHub");
    const std::string word = conclusion_.empty() ? "no conclusion" : printable(conclusion_);
    const std::string what = failures_.empty() ? std::string() : ", " + join(failures_, "; ");
    return outcome_of(AttemptEnd::failed, "conclusion " + word + what + ": " + run_text());
}

AttemptOutcome GithubStory::ended(bool had_ended) const {
    const auto state = remote::map_state(status_, conclusion_);
    if (had_ended || state.status == PipelineStatus::success) return completed();
    return outcome_of(AttemptEnd::stopped, run_text() + " has ended on GitHub: " + printable(conclusion_));
}

AttemptOutcome GithubStory::goes_on(const std::string& why) const {
    return outcome_of(AttemptEnd::unkillable, run_text() + " may go on: " + why);
}

Variables GithubStory::outputs() const {
    Variables known;
    if (run_id_ != 0) known["run_id"] = std::to_string(run_id_);
    if (!address_.empty()) known["html_url"] = address_;
    if (!conclusion_.empty()) known["conclusion"] = conclusion_;
    return known;
}

}  // namespace kahn
