#pragma once

#include <kahn/model/event.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace kahn::test {

/// 2026-11-23T15:04:05.123456789Z
inline SystemTime some_time() {
    using namespace std::chrono;
    return sys_days{year{2026} / November / 23} + hours{15} + minutes{4} + seconds{5} + nanoseconds{123'456'789};
}

/// Makes the events of a run by hand and passes each to `sink`.
template <class Sink>
class EventFeed {
public:
    EventFeed(Pipeline pipeline, Sink sink) : run_(std::move(pipeline)), sink_(std::move(sink)) {
        run_.run_id = "01J9ZK4Q";
        run_.source = "ci.yaml";
    }

    Pipeline& run() { return run_; }
    PipelineStage& stage(std::size_t s) { return run_.stages[s]; }
    PipelineJob& job(std::size_t s, std::size_t j = 0) { return run_.stages[s].jobs[j]; }

    auto start(std::size_t levels, unsigned workers) {
        event::RunStarted started;
        started.jobs = run_.job_count();
        started.levels = levels;
        started.max_workers = workers;
        return emit(started);
    }
    auto start_job(std::size_t s, std::size_t j = 0) {
        JobAttempt attempt;
        attempt.number = static_cast<int>(job(s, j).attempts.size()) + 1;
        attempt.queued = std::chrono::milliseconds{12};
        attempt.log = "/w/.kahn/runs/01J9ZK4Q/logs/" + job(s, j).name + "." + std::to_string(attempt.number) + ".log";
        job(s, j).attempts.push_back(attempt);
        return emit(event::JobStarted{stage(s), job(s, j), job(s, j).attempts.back()});
    }
    auto print(std::size_t s, std::size_t j, std::string_view text, OutputStream stream = OutputStream::stdout_stream) {
        const int attempt = static_cast<int>(job(s, j).attempts.size());
        return emit(event::JobOutput{stage(s), job(s, j), attempt, stream, 0, text});
    }
    auto end_job(std::size_t s, std::size_t j, PipelineStatus status, Reason reason, std::chrono::milliseconds took,
                 bool allowed = false) {
        PipelineJob& ended = job(s, j);
        ended.status = status;
        ended.reason = reason;
        ended.duration = took;
        if (!ended.attempts.empty()) {
            ended.attempts.back().status = status;
            ended.attempts.back().reason = reason;
            ended.attempts.back().duration = took;
        }
        return emit(event::JobFinished{stage(s), ended, allowed});
    }
    auto retry_job(std::size_t s, std::size_t j, Reason reason, std::chrono::milliseconds took, std::chrono::milliseconds delay) {
        JobAttempt& failed = job(s, j).attempts.back();
        failed.reason = std::move(reason);
        failed.status = PipelineStatus::failure;
        failed.duration = took;
        return emit(event::JobRetried{stage(s), job(s, j), failed, delay});
    }
    auto end(PipelineStatus status, Reason reason, std::chrono::milliseconds took) {
        run_.status = status;
        run_.reason = std::move(reason);
        run_.duration = took;
        return emit(event::RunFinished{{"fetch", "unit (gcc)"}});
    }
    auto emit(event::Payload what) { return sink_(Event{next_++, some_time(), run_, std::move(what)}); }

private:
    Pipeline run_;
    Sink sink_;
    std::uint64_t next_ = 0;
};

}  // namespace kahn::test
