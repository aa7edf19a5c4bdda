#pragma once

#include <kahn/model/report.hpp>

#include "support/pipelines.hpp"

#include <chrono>
#include <string>
#include <utility>

namespace kahn::test {

/// 2026-01-01T00:00:00Z plus so many seconds.
inline SystemTime at(double seconds) {
    constexpr std::chrono::seconds new_year{1767225600};
    return SystemTime(new_year) + std::chrono::duration_cast<SystemTime::duration>(std::chrono::duration<double>(seconds));
}

inline std::chrono::nanoseconds seconds(double n) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::duration<double>(n));
}

/// A run that started at second `start` and took `length`. \param passed,failed jobs
inline RunOutcome outcome(std::string id, PipelineStatus status, double start = 0, double length = 1, std::size_t passed = 1,
                          std::size_t failed = 0) {
    RunOutcome out;
    out.id = std::move(id);
    out.status = status;
    out.start_time = at(start);
    out.end_time = at(start + length);
    out.duration = seconds(length);
    out.jobs_passed = passed;
    out.jobs_failed = failed;
    return out;
}

/// One attempt, ended as its job: `start` counts from the run's start, which is at(0).
inline JobAttempt attempt(int number, PipelineStatus status, double start, double length, double queued = 0) {
    JobAttempt out;
    out.number = number;
    out.status = status;
    out.start_time = at(start);
    out.duration = seconds(length);
    out.queued = seconds(queued);
    out.outcome.exit_code = status == PipelineStatus::success ? 0 : 1;
    if (status == PipelineStatus::failure) out.reason = Reason(Reason::Code::exit_code, "exit 1");
    return out;
}

/// A job that ended as the last of its attempts did.
inline PipelineJob ran(std::string name, std::vector<JobAttempt> attempts, std::vector<std::string> dependencies = {}) {
    PipelineJob out = job(std::move(name), std::move(dependencies));
    const JobAttempt& last = attempts.back();
    out.status = last.status;
    out.reason = last.reason;
    out.exit_code = last.outcome.exit_code;
    out.start_time = attempts.front().start_time;
    out.end_time = *last.start_time + last.duration;
    out.duration = *out.end_time - *out.start_time;
    out.attempts = std::move(attempts);
    return out;
}

/// A job of one attempt.
inline PipelineJob ran(std::string name, PipelineStatus status, double start = 0, double length = 1, double queued = 0) {
    return ran(std::move(name), {attempt(1, status, start, length, queued)});
}

inline RunRecord record(std::string id, PipelineStatus status, std::vector<PipelineStage> stages, double length = 10) {
    RunRecord out;
    out.pipeline = pipeline(std::move(stages));
    out.pipeline.run_id = std::move(id);
    out.pipeline.status = status;
    out.pipeline.start_time = at(0);
    out.pipeline.end_time = at(length);
    out.pipeline.duration = seconds(length);
    for (PipelineStage& stage : out.pipeline.stages) {
        if (stage.status == PipelineStatus::pending) stage.status = status;
    }
    return out;
}

}  // namespace kahn::test
