#include "monitor/run_queries.hpp"

#include <kahn/base/error.hpp>

#include "monitor/health.hpp"
#include "monitor/streaks.hpp"

#include <algorithm>

namespace kahn::monitor {

RunOutcome outcome_of(const store::RunSummary& run) {
    RunOutcome out;
    out.id = run.id;
    out.status = run.status;
    out.reason = run.reason;
    out.start_time = run.start_time;
    out.end_time = run.end_time;
    out.duration = run.duration;
    out.jobs_passed = run.jobs_executed_passed;
    out.jobs_failed = run.jobs_executed - std::min(run.jobs_executed, run.jobs_executed_passed);
    return out;
}

std::vector<RunOutcome> newest_runs(const store::Store& store, std::string_view pipeline) {
    constexpr std::size_t most_looked_at = 10'000;  // cancelled ones, one after another
    std::vector<RunOutcome> out;
    std::size_t verdicts = 0;
    store::RunQuery query;
    query.pipeline = pipeline;
    query.limit = 2 * health_window;
    for (;;) {
        const auto page = store.runs(query);
        for (const store::RunSummary& run : page) {
            verdicts += is_verdict(run.status) ? 1U : 0U;
            out.push_back(outcome_of(run));
        }
        if (verdicts >= health_window || page.size() < query.limit || out.size() >= most_looked_at) return out;
        query.offset += page.size();
        query.limit = 4 * query.limit;
    }
}

std::optional<FailingSince> whole_streak(const store::Store& store, std::string_view pipeline, std::optional<FailingSince> known) {
    if (!known || !known->is_beyond) return known;
    store::RunQuery query;
    query.pipeline = pipeline;
    query.status = PipelineStatus::success;
    query.limit = 1;
    const auto success = store.runs(query);
    query.status = PipelineStatus::failure;
    query.is_oldest_first = true;
    if (!success.empty() && success[0].start_time) query.since = *success[0].start_time + SystemTime::duration{1};
    const auto first = store.runs(query);
    if (first.empty()) return known;
    known->run = first[0].id;
    known->time = first[0].start_time;
    known->runs = store.count(query);
    known->is_beyond = success.empty();
    return known;
}

std::vector<std::string> active_executions(const store::Store& store, std::string_view pipeline) {
    store::RunQuery query;
    query.pipeline = pipeline;
    query.status = PipelineStatus::running;
    query.limit = 0;
    std::vector<std::string> out;
    for (const store::RunSummary& run : store.runs(query)) {
        if (!run.is_interrupted) out.push_back(run.id);
    }
    return out;
}

std::vector<RunRecord> records_until(const store::Store& store, const RunRecord& run, const Logger& logger) {
    constexpr std::size_t most_jobs = 100'000;  // in all records: a report is to take seconds at most
    std::vector<RunRecord> out{run};
    std::size_t jobs = run.pipeline.job_count();
    store::RunQuery query;
    query.pipeline = run.pipeline.name;
    query.limit = health_window;
    if (run.pipeline.start_time) query.until = *run.pipeline.start_time + SystemTime::duration{1};
    for (const store::RunSummary& other : store.runs(query)) {
        if (other.id == run.pipeline.run_id || !is_end(other.status)) continue;
        jobs += other.jobs;
        if (jobs > most_jobs || out.size() == health_window) break;
        try {
            out.push_back(store.load(other.id));
        } catch (const Error& failure) {
            logger.warning(std::string("left out of the history: ") + failure.what());
        }
    }
    return out;
}

}  // namespace kahn::monitor
