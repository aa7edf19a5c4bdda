#include "monitor/metrics.hpp"

#include "monitor/duration_statistics.hpp"
#include "monitor/health.hpp"
#include "monitor/streaks.hpp"
#include "render/critical_jobs.hpp"
#include "render/timeline.hpp"

#include <set>
#include <string>
#include <vector>

namespace kahn::monitor {
namespace {

void count(const PipelineJob& job, PipelineMetrics& out) {
    ++out.total_jobs;
    if (!job.reused_from.empty()) {
        ++out.reused_jobs;
        return;
    }
    out.passed_jobs += job.status == PipelineStatus::success ? 1U : 0U;
    out.failed_jobs += job.status == PipelineStatus::failure ? 1U : 0U;
    out.skipped_jobs += job.status == PipelineStatus::skipped ? 1U : 0U;
    out.cancelled_jobs += job.status == PipelineStatus::cancelled ? 1U : 0U;
    if (job.attempts.size() > 1) out.retries += job.attempts.size() - 1;
}

}  // namespace

PipelineMetrics measure(const RunRecord& record) {
    const Pipeline& run = record.pipeline;
    PipelineMetrics out;
    out.execution_id = run.run_id;
    out.pipeline_name = run.name;
    out.status = run.status;
    out.start_time = run.start_time;
    out.end_time = run.end_time;
    out.duration = run.duration;
    out.total_stages = run.stages.size();

    const render::CriticalJobs critical(record);
    std::vector<std::chrono::nanoseconds> durations;
    std::vector<std::chrono::nanoseconds> queued;
    std::set<std::string> flaky;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            count(job, out);
            if (critical.contains(stage, job)) out.critical_path += job.duration;
            if (is_verdict(job.status) && job.reused_from.empty()) {
                durations.push_back(job.duration);
                if (!job.attempts.empty()) queued.push_back(job.attempts.front().queued);
            }
            if (!job.tests) continue;
            out.tests += job.tests->total;
            out.failed_tests += job.tests->failed;
            out.skipped_tests += job.tests->skipped;
            flaky.insert(job.tests->flaky_names.begin(), job.tests->flaky_names.end());
        }
    }
    out.executed_jobs = out.passed_jobs + out.failed_jobs;
    out.success_rate = rate(out.passed_jobs, out.executed_jobs);
    out.job_durations = duration_statistics(std::move(durations));
    out.queue_times = duration_statistics(std::move(queued));
    out.flaky_tests.assign(flaky.begin(), flaky.end());

    const render::Timeline timeline = render::timeline_of(record);
    out.work = timeline.work;
    out.peak_workers = timeline.slots;
    const unsigned workers = record.max_workers > 0 ? record.max_workers : timeline.slots;
    if (workers > 0 && timeline.length > std::chrono::nanoseconds{0}) {
        out.worker_use = static_cast<double>(timeline.work.count()) /
                         (static_cast<double>(timeline.length.count()) * workers) * 100.0;
    }
    return out;
}

}  // namespace kahn::monitor
