#include "monitor/history.hpp"

#include "monitor/duration_statistics.hpp"
#include "monitor/streaks.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace kahn::monitor {
namespace {

using Key = std::pair<std::string, std::string>;  // stage and job, or commit and digest

/// Collects one job over the runs, newest first.
class JobCollector {
public:
    void add(const RunRecord& run, const PipelineJob& job) {
        const bool ran = is_verdict(job.status) && job.reused_from.empty();
        if (!ran) return;
        const bool has_passed = job.status == PipelineStatus::success;
        ++history_.executed;
        if (has_passed) {
            ++history_.passed;
            durations_.push_back(job.duration);
        }
        if (job.attempts.size() > 1) {
            ++history_.retried;
            if (has_passed) ++history_.passed_on_retry;
        }
        if (!job.attempts.empty()) queued_.push_back(job.attempts.front().queued);
        if (!run.origin.commit.empty()) {
            auto& [passes, fails] = verdicts_[{run.origin.commit, job.digest}];
            (has_passed ? passes : fails) = true;
        }
        RunOutcome outcome;
        outcome.id = run.pipeline.run_id;
        outcome.status = job.status;
        outcome.start_time = run.pipeline.start_time;
        outcomes_.push_back(std::move(outcome));
    }

    JobHistory finish(const Key& name) {
        history_.stage = name.first;
        history_.job = name.second;
        for (const auto& [revision, seen] : verdicts_) history_.changed_verdict += seen.first && seen.second ? 1U : 0U;
        history_.durations = duration_statistics(std::move(durations_));
        history_.queued = duration_statistics(std::move(queued_));
        history_.failing_since = failing_since(outcomes_);
        return std::move(history_);
    }

private:
    JobHistory history_;
    std::vector<std::chrono::nanoseconds> durations_;
    std::vector<std::chrono::nanoseconds> queued_;
    std::map<Key, std::pair<bool, bool>> verdicts_;  // passed, failed
    std::vector<RunOutcome> outcomes_;
};

}  // namespace

RunOutcome outcome_of(const RunRecord& record) {
    const Pipeline& run = record.pipeline;
    RunOutcome out;
    out.id = run.run_id;
    out.status = run.status;
    out.reason = run.reason;
    out.start_time = run.start_time;
    out.end_time = run.end_time;
    out.duration = run.duration;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            if (!job.reused_from.empty()) continue;
            out.jobs_passed += job.status == PipelineStatus::success ? 1U : 0U;
            out.jobs_failed += job.status == PipelineStatus::failure ? 1U : 0U;
        }
    }
    return out;
}

PipelineHistory pipeline_history(std::span<const RunRecord> newest_first) {
    PipelineHistory out;
    std::vector<std::chrono::nanoseconds> durations;
    std::map<Key, JobCollector> jobs;
    std::vector<Key> order;
    for (const RunRecord& record : newest_first) {
        if (!is_end(record.pipeline.status)) continue;
        out.runs.push_back(outcome_of(record));
        if (record.pipeline.status == PipelineStatus::success) durations.push_back(record.pipeline.duration);
        for (const PipelineStage& stage : record.pipeline.stages) {
            for (const PipelineJob& job : stage.jobs) {
                Key key(stage.name, job.name);
                const auto [place, is_new] = jobs.try_emplace(key);
                if (is_new) order.push_back(std::move(key));
                place->second.add(record, job);
            }
        }
    }
    out.durations = duration_statistics(std::move(durations));
    out.failing_since = failing_since(out.runs);
    out.recovery_time = recovery_time(out.runs);
    out.jobs.reserve(order.size());
    for (const Key& key : order) out.jobs.push_back(jobs[key].finish(key));
    return out;
}

}  // namespace kahn::monitor
