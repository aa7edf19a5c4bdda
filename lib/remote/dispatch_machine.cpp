#include "remote/dispatch_machine.hpp"

#include "remote/timestamps.hpp"

#include <algorithm>
#include <utility>

namespace kahn::remote {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds first_pause{1000};
constexpr milliseconds longest_pause{8000};

}  // namespace

void DispatchMachine::finish(Result<Dispatched> result) {
    result_ = std::move(result);
    step_ = Step::done;
}

void DispatchMachine::accepted(std::optional<Dispatched> told) {
    if (told) return finish(std::move(*told));
    is_accepted_ = true;
    look_for_it();
}

void DispatchMachine::refused(RemoteFailure failure) { finish(std::move(failure)); }

void DispatchMachine::lost(RemoteFailure failure) {
    lost_by_ = std::move(failure);
    look_for_it();
}

void DispatchMachine::look_for_it() {
    pause_ = first_pause;
    step_ = Step::wait;
}

void DispatchMachine::waited() {
    waited_ += pause_;
    step_ = Step::list;
}

void DispatchMachine::look_again() {
    if (waited_ < clues_.patience) {
        pause_ = std::min({pause_ * 2, longest_pause, clues_.patience - waited_});
        step_ = Step::wait;
        return;
    }
    if (is_accepted_) {
        Dispatched dispatched;
        dispatched.correlation = Correlation::unknown;
        return finish(std::move(dispatched));
    }
    RemoteFailure failure = lost_by_;
    failure.kind = ErrorKind::outcome_unknown;
    failure.text = "dispatch outcome unknown: " + lost_by_.text;
    if (!last_list_error_.empty()) failure.text += "; looking for the run failed as well: " + last_list_error_;
    failure.hint = "look at the workflow's runs before starting it again: it may be running";
    failure.may_have_arrived = true;
    finish(std::move(failure));
}

bool DispatchMachine::may_be_ours(const WorkflowRun& run, SystemTime not_before) const {
    if (run.id <= clues_.highest_before || clues_.claimed.contains(run.id)) return false;
    if (!run.event.empty() && run.event != "workflow_dispatch") return false;
    if (run.head_branch != clues_.branch) return false;
    const auto created = parse_iso8601(run.created_at);
    if (created && *created < not_before) return false;
    return clues_.nonce.empty() || run.display_title.find(clues_.nonce) != std::string::npos;
}

void DispatchMachine::listed(const std::vector<WorkflowRun>& runs, SystemTime not_before) {
    last_list_error_.clear();
    Dispatched found;
    std::vector<std::int64_t> ids;
    for (const WorkflowRun& run : runs) {
        if (!may_be_ours(run, not_before) || std::find(ids.begin(), ids.end(), run.id) != ids.end()) continue;
        ids.push_back(run.id);
        found.html_url = run.html_url;
    }
    if (ids.empty()) return look_again();
    if (ids.size() == 1) {
        found.run_id = ids.front();
        found.correlation = Correlation::matched;
    } else {
        found.html_url.clear();
        found.correlation = Correlation::ambiguous;
        found.candidates = std::move(ids);
    }
    finish(std::move(found));
}

void DispatchMachine::list_failed(const RemoteFailure& failure) {
    last_list_error_ = failure.text;
    look_again();
}

}  // namespace kahn::remote
