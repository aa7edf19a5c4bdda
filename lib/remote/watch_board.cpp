#include "remote/watch_board.hpp"

#include "remote/status_map.hpp"

#include <algorithm>
#include <utility>

namespace kahn::remote {

using std::chrono::milliseconds;

namespace {

constexpr int most_ticks_without_conclusion = 3;
constexpr milliseconds per_question{1000};  // a repository is asked at most once a second, on average

bool is_of_a_limit(ErrorKind kind) { return kind == ErrorKind::rate_limited || kind == ErrorKind::secondary_limit; }

/// How often in a row it may be met, of what passes at times and at times never does; 0: as often as it likes.
int most_in_a_row(const RemoteFailure& failure, bool is_about_one_run, bool was_heard_of) {
    // A name that never was there is a slip; one that is gone for a moment is a hiccup.
    if (failure.kind == ErrorKind::resolve && !was_heard_of) return 3;
    // A server that speaks something else about this very run does so again.
    if (failure.kind == ErrorKind::bad_json && is_about_one_run) return 2;
    return 0;
}

bool differs(const WorkflowRun& a, const WorkflowRun& b) {
    return a.status != b.status || a.conclusion != b.conclusion || a.run_attempt != b.run_attempt || a.updated_at != b.updated_at;
}

}  // namespace

std::shared_ptr<Watch> WatchBoard::add(std::int64_t run_id, WatchOptions options, SteadyTime now, milliseconds visibility_grace) {
    auto watch = std::make_shared<Watch>();
    watch->run_id = run_id;
    watch->options = options;
    watch->attempt = options.attempt;
    watch->began = now;
    if (options.is_fresh) watch->not_found_until = now + visibility_grace;
    const bool is_first = watches_.empty();
    watches_.push_back(watch);
    // Whoever comes is answered soon, and a crowd that comes one by one does not make for more than a question a second.
    const SteadyTime soonest = last_tick_ == SteadyTime::min() ? now : std::max(now, last_tick_ + per_question);
    next_tick_ = std::max(is_first ? soonest : std::min(next_tick_, soonest), not_before_);
    return watch;
}

void WatchBoard::remove(const std::shared_ptr<Watch>& watch) { std::erase(watches_, watch); }

void WatchBoard::end(Watch& watch, SteadyTime now, bool is_complete) {
    watch.state.is_complete = is_complete;
    watch.state.elapsed = std::chrono::duration_cast<milliseconds>(now - watch.began);
    if (limit_) watch.state.rate_remaining = limit_->remaining;
    watch.result = watch.state;
}

void WatchBoard::expire(SteadyTime now) {
    for (const auto& watch : watches_) {
        if (!watch->result && now >= watch->options.deadline) end(*watch, now, false);
    }
}

SteadyTime WatchBoard::next_deadline() const {
    SteadyTime at = SteadyTime::max();
    for (const auto& watch : watches_) {
        if (!watch->result) at = std::min(at, watch->options.deadline);
    }
    return at;
}

SteadyTime WatchBoard::wakes_at() const { return std::min(next_tick_, next_deadline()); }

milliseconds WatchBoard::floor() const {
    milliseconds least = milliseconds::max();
    for (const auto& watch : watches_) least = std::min(least, watch->options.poll_interval);
    return watches_.empty() ? milliseconds{0} : least;
}

bool WatchBoard::is_answered(std::int64_t run_id) const {
    if (std::any_of(page_.begin(), page_.end(), [run_id](const WorkflowRun& run) { return run.id == run_id; })) return true;
    return std::none_of(watches_.begin(), watches_.end(),
                        [run_id](const auto& watch) { return watch->run_id == run_id && !watch->result; });
}

WatchBoard::Questions WatchBoard::begin_tick(SteadyTime now) {
    const milliseconds since = last_tick_ == SteadyTime::min() ? milliseconds{2000}
                                                               : std::chrono::duration_cast<milliseconds>(now - last_tick_);
    last_tick_ = now;
    has_change_ = false;
    asked_ = 0;
    std::set<std::int64_t> ids;
    for (const auto& watch : watches_) {
        if (!watch->result) ids.insert(watch->run_id);
    }
    Questions questions;
    questions.list = ids.size() > 1;
    if (!questions.list) page_.clear();
    // Beginning behind the one that was asked for last: everyone's turn comes.
    const auto behind = ids.upper_bound(last_single_);
    questions.single.assign(behind, ids.end());
    questions.single.insert(questions.single.end(), ids.begin(), behind);
    questions.most_single = static_cast<std::size_t>(std::clamp<std::int64_t>(since / per_question - 1, 1, 14));
    return questions;
}

void WatchBoard::observe(Watch& watch, const WorkflowRun& run, bool not_modified, SteadyTime now) {
    if (watch.result) return;
    ++watch.state.polls;
    if (not_modified) ++watch.state.not_modified;
    watch.was_heard_of = true;
    watch.failures_in_a_row = 0;
    if (watch.state.run.id == 0 || differs(watch.state.run, run)) has_change_ = true;
    watch.state.run = run;
    if (watch.attempt == 0) watch.attempt = run.run_attempt;
    if (run.run_attempt > watch.attempt) {
        RemoteFailure failure(ErrorKind::superseded, "attempt " + std::to_string(watch.attempt) + " of run " + std::to_string(run.id) +
                                                         " was superseded by attempt " + std::to_string(run.run_attempt));
        failure.hint = "somebody started the run again; wait for the new attempt";
        watch.result = failure;
        return;
    }
    if (run.run_attempt < watch.attempt) return;  // the rerun that was asked for has not shown yet
    const RunState state = map_state(run.status, run.conclusion, watch.options.wait_for_approval);
    watch.state.reason = state.reason;
    if (!state.lacks_conclusion) watch.ticks_without_conclusion = 0;
    const bool is_given_up = state.lacks_conclusion && ++watch.ticks_without_conclusion > most_ticks_without_conclusion;
    if (state.is_terminal || is_given_up) return end(watch, now, true);
    if (watch.options.since && differs(*watch.options.since, run)) end(watch, now, false);
}

void WatchBoard::listed(WorkflowRuns page, bool not_modified, SteadyTime now) {
    ++asked_;
    page_ = std::move(page.runs);
    for (const auto& watch : watches_) {
        const auto run = std::find_if(page_.begin(), page_.end(), [&](const WorkflowRun& r) { return r.id == watch->run_id; });
        if (run != page_.end()) observe(*watch, *run, not_modified, now);
    }
}

void WatchBoard::found(const WorkflowRun& run, bool not_modified, SteadyTime now) {
    ++asked_;
    last_single_ = run.id;
    for (const auto& watch : watches_) {
        if (watch->run_id == run.id) observe(*watch, run, not_modified, now);
    }
}

void WatchBoard::failed(std::int64_t run_id, const RemoteFailure& failure, SteadyTime now) {
    ++asked_;
    if (run_id != 0) last_single_ = run_id;
    if (run_id == 0) page_.clear();
    const bool is_about_one_run =
        run_id != 0 && (failure.kind == ErrorKind::not_found || failure.kind == ErrorKind::gone || failure.kind == ErrorKind::bad_json);
    if (is_of_a_limit(failure.kind) && failure.retry_after) not_before_ = std::max(not_before_, now + *failure.retry_after);
    for (const auto& watch : watches_) {
        if (watch->result) continue;
        if (run_id == 0 || watch->run_id == run_id) ++watch->state.polls;
        if (is_about_one_run && watch->run_id != run_id) continue;
        if (is_of_a_limit(failure.kind) && failure.retry_after) {
            watch->state.last_error = failure.text;
            if (watch->options.deadline > not_before_) continue;
            RemoteFailure too_late = failure;
            too_late.text += "; the limit is lifted in " + std::to_string(failure.retry_after->count()) + " s, after the deadline";
            watch->result = too_late;
            continue;
        }
        const bool is_still_hidden = is_about_one_run && now < watch->not_found_until && !watch->was_heard_of;
        if (is_transient(failure) || is_still_hidden) {
            watch->state.last_error = failure.text;
            const int most = most_in_a_row(failure, is_about_one_run, watch->was_heard_of);
            if (most == 0 || ++watch->failures_in_a_row < most) continue;
        }
        watch->result = failure;
    }
}

void WatchBoard::end_tick(const std::optional<RateLimit>& limit, SteadyTime now, double chance) {
    limit_ = limit;
    if (has_change_) poll_.changed();
    else poll_.unchanged();
    next_tick_ = std::max({now + poll_.next(floor(), limit, now, chance), last_tick_ + asked_ * per_question, not_before_});
}

}  // namespace kahn::remote
