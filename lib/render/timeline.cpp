#include "render/timeline.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <tuple>

namespace kahn::render {
namespace {

using std::chrono::nanoseconds;

void give_out_slots(Timeline& timeline) {
    using Busy = std::pair<nanoseconds, unsigned>;  // until when, which
    std::priority_queue<Busy, std::vector<Busy>, std::greater<>> busy;
    std::priority_queue<unsigned, std::vector<unsigned>, std::greater<>> free;
    for (TimelineSpan& span : timeline.spans) {
        while (!busy.empty() && busy.top().first <= span.start) {
            free.push(busy.top().second);
            busy.pop();
        }
        if (free.empty()) {
            span.slot = timeline.slots++;
        } else {
            span.slot = free.top();
            free.pop();
        }
        busy.emplace(span.end, span.slot);
    }
}

}  // namespace

Timeline timeline_of(const RunRecord& record) {
    Timeline out;
    const Pipeline& run = record.pipeline;
    if (!run.start_time) return out;
    out.length = run.duration;
    std::vector<std::size_t> open;
    for (std::size_t s = 0; s < run.stages.size(); ++s) {
        for (std::size_t j = 0; j < run.stages[s].jobs.size(); ++j) {
            const PipelineJob& job = run.stages[s].jobs[j];
            for (std::size_t a = 0; a < job.attempts.size(); ++a) {
                const JobAttempt& attempt = job.attempts[a];
                if (!attempt.start_time) continue;
                TimelineSpan span;
                span.stage = s;
                span.job = j;
                span.attempt = a;
                span.start = std::max(nanoseconds{0}, nanoseconds(*attempt.start_time - *run.start_time));
                // The clock may be set while a run goes on; how long that took is measured otherwise.
                if (is_end(run.status)) span.start = std::min(span.start, std::max(nanoseconds{0}, run.duration - attempt.duration));
                span.end = span.start + std::max(nanoseconds{0}, attempt.duration);
                span.queued_from = std::max(nanoseconds{0}, span.start - std::max(nanoseconds{0}, attempt.queued));
                if (!is_end(attempt.status)) open.push_back(out.spans.size());
                out.length = std::max(out.length, span.end);
                out.spans.push_back(span);
            }
        }
    }
    for (const std::size_t i : open) out.spans[i].end = std::max(out.spans[i].end, out.length);
    std::sort(out.spans.begin(), out.spans.end(), [](const TimelineSpan& a, const TimelineSpan& b) {
        return std::tie(a.start, a.stage, a.job, a.attempt) < std::tie(b.start, b.stage, b.job, b.attempt);
    });
    for (const TimelineSpan& span : out.spans) out.work += span.end - span.start;
    give_out_slots(out);
    return out;
}

}  // namespace kahn::render
