#include <kahn/render/report.hpp>

#include "render/critical_jobs.hpp"
#include "render/json_text.hpp"
#include "render/reason_text.hpp"
#include "render/run_names.hpp"
#include "render/timeline.hpp"

#include <algorithm>

namespace kahn::render {
namespace {

constexpr int stages_process = 1;
constexpr int workers_process = 2;

std::int64_t in_us(std::chrono::nanoseconds time) { return std::chrono::duration_cast<std::chrono::microseconds>(time).count(); }

/// Writes the elements of `traceEvents`: https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
class Events {
public:
    explicit Events(std::string& out) : out_(out) {}

    void name_of(const char* what, int process, std::size_t thread, std::string_view name) {
        next();
        JsonObject event(out_);
        event.text("ph", "M");
        event.text("name", what);
        place(event, process, thread);
        event.name("args");
        JsonObject arguments(out_);
        arguments.text("name", name);
    }

    /// \param add_arguments writes the members of `args`
    template <class Arguments>
    void complete(int process, std::size_t thread, std::string_view name, std::string_view category, std::chrono::nanoseconds start,
                  std::chrono::nanoseconds length, Arguments add_arguments) {
        next();
        JsonObject event(out_);
        event.text("ph", "X");
        event.text("name", name);
        event.text("cat", category);
        place(event, process, thread);
        event.number("ts", in_us(start));
        event.number("dur", in_us(length));
        event.name("args");
        JsonObject arguments(out_);
        add_arguments(arguments);
    }

private:
    void next() {
        if (!is_first_) out_ += ",\n";
        is_first_ = false;
    }
    static void place(JsonObject& event, int process, std::size_t thread) {
        event.number("pid", process);
        event.number("tid", thread);
    }

    std::string& out_;
    bool is_first_ = true;
};

}  // namespace

std::string to_trace(const RunRecord& record) {
    const Pipeline& run = record.pipeline;
    const Timeline timeline = timeline_of(record);
    const RunNames names(run);
    const CriticalJobs critical(record);
    std::string out = "{\"displayTimeUnit\":\"ms\",\"otherData\":";
    {
        JsonObject other(out);
        other.text("run", run.run_id);
        other.text("pipeline", run.name);
        other.text("status", to_string(run.status));
        other.text_or_null("trace_id", record.origin.trace_id);
        other.text_or_null("start", run.start_time ? to_iso8601(*run.start_time) : std::string());
    }
    out += ",\"traceEvents\":[\n";
    Events events(out);
    events.name_of("process_name", stages_process, 0, run.name + ": stages");
    events.name_of("process_name", workers_process, 0, run.name + ": workers");
    for (std::size_t s = 0; s < run.stages.size(); ++s) events.name_of("thread_name", stages_process, s, run.stages[s].name);
    for (unsigned slot = 0; slot < timeline.slots; ++slot) {
        events.name_of("thread_name", workers_process, slot, "worker " + std::to_string(slot + 1));
    }
    for (std::size_t s = 0; s < run.stages.size(); ++s) {
        const PipelineStage& stage = run.stages[s];
        if (!stage.start_time || !run.start_time) continue;
        events.complete(stages_process, s, stage.name, "stage", std::max(std::chrono::nanoseconds{0}, std::chrono::nanoseconds(*stage.start_time - *run.start_time)),
                        stage.duration, [&stage](JsonObject& arguments) { arguments.text("status", to_string(stage.status)); });
    }
    for (const TimelineSpan& span : timeline.spans) {
        const PipelineStage& stage = run.stages[span.stage];
        const PipelineJob& job = stage.jobs[span.job];
        const JobAttempt& attempt = job.attempts[span.attempt];
        events.complete(workers_process, span.slot, names.of(stage, job), "job", span.start, span.end - span.start, [&](JsonObject& arguments) {
            arguments.text("stage", stage.name);
            arguments.text("job", job.name);
            arguments.number("attempt", attempt.number);
            arguments.text("status", to_string(attempt.status));
            arguments.text_or_null("reason", reason_text(attempt.reason));
            arguments.number("queued_us", in_us(attempt.queued));
            arguments.boolean("critical_path", critical.contains(stage, job));
        });
    }
    out += "\n]}\n";
    return out;
}

}  // namespace kahn::render
