#include <kahn/render/ndjson.hpp>

#include <kahn/model/exit_status.hpp>

#include "base/iso8601.hpp"
#include "base/text.hpp"
#include "render/json_text.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <type_traits>

namespace kahn::render {
namespace {

constexpr int stream_version = 1;

template <class Duration>
std::int64_t in_ms(Duration duration) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(duration).count();
}

void add_reason(JsonObject& object, const Reason& reason) {
    object.text_or_null("reason", reason ? to_string(reason.code()) : std::string_view{});
    object.text_or_null("detail", reason.detail());
}

/// How one attempt ended; all null or 0 for a job that never started.
void add_attempt(JsonObject& object, const JobAttempt* attempt) {
    static const JobAttempt none;
    const JobAttempt& a = attempt ? *attempt : none;
    if (a.outcome.exit_code) {
        object.number("exit_code", *a.outcome.exit_code);
    } else {
        object.null("exit_code");
    }
    if (a.outcome.signal != 0) {
        object.number("signal", a.outcome.signal);
    } else {
        object.null("signal");
    }
    object.number("duration_ms", in_ms(a.duration));
    object.number("user_ms", in_ms(a.outcome.user_time));
    object.number("system_ms", in_ms(a.outcome.system_time));
    if (a.outcome.peak_memory_kib > 0) {
        object.number("max_rss_kb", a.outcome.peak_memory_kib);
    } else {
        object.null("max_rss_kb");  // not known
    }
    object.text_or_null("log", a.log.native());
}

void add_location(std::string& out, JsonObject& object, const Pipeline& run, const SourceLocation& location) {
    if (location.line == 0) return object.null("location");
    object.name("location");
    JsonObject place(out);
    place.text_or_null("file", run.source.native());
    place.number("line", location.line);
    place.number("column", location.column);
}

void add_counts(std::string& out, JsonObject& object, const Pipeline& run) {
    constexpr std::array ends{PipelineStatus::success, PipelineStatus::failure, PipelineStatus::cancelled,
                              PipelineStatus::skipped};
    std::array<std::size_t, ends.size()> counts{};
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            for (std::size_t i = 0; i < ends.size(); ++i) counts[i] += job.status == ends[i] ? 1U : 0U;
        }
    }
    object.name("counts");
    JsonObject by_status(out);
    for (std::size_t i = 0; i < ends.size(); ++i) by_status.number(to_string(ends[i]), counts[i]);
}

/// Writes what is particular to one type of event.
class PayloadWriter {
public:
    PayloadWriter(std::string& out, JsonObject& object, const Pipeline& run) : out_(out), object_(object), run_(run) {}

    void operator()(const event::RunStarted& e) {
        object_.text("pipeline", run_.name);
        object_.number("jobs", e.jobs);
        object_.number("levels", e.levels);
        object_.text_or_null("config", run_.source.native());
        object_.number("workers", e.max_workers);
        object_.text_or_null("trace_id", e.trace_id);
    }
    void operator()(const event::StageStarted& e) { object_.text("stage", e.stage.name); }
    void operator()(const event::JobStarted& e) {
        job(e.stage, e.job, e.attempt.number);
        object_.null("pid");  // the event precedes the process: see command_started
        object_.number("queued_ms", in_ms(e.attempt.queued));
    }
    void operator()(const event::CommandStarted& e) {
        job(e.stage, e.job, e.attempt);
        object_.number("index", e.command);
        object_.number("pid", e.pid);
    }
    void operator()(const event::JobOutput& e) {
        job(e.stage, e.job, e.attempt);
        object_.text("stream", to_string(e.stream));
        object_.number("offset", e.offset);
        const std::size_t before = out_.size();
        if (!object_.text("text", e.text)) {  // not UTF-8: the bytes themselves
            out_.resize(before);
            object_.text("data_b64", to_base64(e.text));
        }
    }
    void operator()(const event::JobRetried& e) {
        job(e.stage, e.job, e.attempt.number);
        add_reason(object_, e.attempt.reason);
        add_attempt(object_, &e.attempt);
        object_.number("delay_ms", e.delay.count());
    }
    void operator()(const event::JobFinished& e) {
        const JobAttempt* const last = e.job.attempts.empty() ? nullptr : &e.job.attempts.back();
        job(e.stage, e.job, last ? last->number : 0);
        object_.text("status", to_string(e.job.status));
        add_reason(object_, e.job.reason);
        add_attempt(object_, last);
        object_.number("total_ms", in_ms(e.job.duration));
        object_.boolean("allowed", e.allowed);
        add_location(out_, object_, run_, e.job.location);
        object_.text("containment", to_string(last ? last->outcome.containment : Containment::none));
        object_.texts("warnings", e.job.warnings);
        object_.name("artifacts");
        out_ += '[';
        for (std::size_t i = 0; i < e.job.collected_artifacts.size(); ++i) {
            if (i > 0) out_ += ',';
            append_json_string(out_, e.job.collected_artifacts[i].path.native());
        }
        out_ += ']';
        object_.text_or_null("reused_from", e.job.reused_from);
    }
    void operator()(const event::StageFinished& e) {
        object_.text("stage", e.stage.name);
        object_.text("status", to_string(e.stage.status));
        add_reason(object_, e.stage.reason);
        object_.number("duration_ms", in_ms(e.stage.duration));
    }
    void operator()(const event::RunFinished& e) {
        object_.text("status", to_string(run_.status));
        add_reason(object_, run_.reason);
        object_.number("exit_status", exit_status(run_));
        object_.number("duration_ms", in_ms(run_.duration));
        add_counts(out_, object_, run_);
        object_.texts("critical_path", e.critical_path);
    }

private:
    void job(const PipelineStage& stage, const PipelineJob& its_job, int attempt) {
        object_.text("stage", stage.name);
        object_.text("job", its_job.name);
        object_.number("attempt", attempt);
    }

    std::string& out_;
    JsonObject& object_;
    const Pipeline& run_;
};

struct TypeName {
    std::string_view operator()(const event::RunStarted&) const { return "run_started"; }
    std::string_view operator()(const event::StageStarted&) const { return "stage_started"; }
    std::string_view operator()(const event::JobStarted&) const { return "job_started"; }
    std::string_view operator()(const event::CommandStarted&) const { return "command_started"; }
    std::string_view operator()(const event::JobOutput&) const { return "job_output"; }
    std::string_view operator()(const event::JobRetried&) const { return "job_retried"; }
    std::string_view operator()(const event::JobFinished&) const { return "job_finished"; }
    std::string_view operator()(const event::StageFinished&) const { return "stage_finished"; }
    std::string_view operator()(const event::RunFinished&) const { return "run_finished"; }
};

}  // namespace

void append_ndjson(std::string& out, const Event& event) {
    {
        JsonObject object(out);
        object.number("v", stream_version);
        object.number("seq", event.sequence);
        object.text("ts", Iso8601(event.time));
        object.text("type", std::visit(TypeName{}, event.what));
        object.text("run", event.run.run_id);
        std::visit(PayloadWriter(out, object, event.run), event.what);
    }
    out += '\n';
}

std::string to_ndjson(const Event& event) {
    std::string out;
    append_ndjson(out, event);
    return out;
}

}  // namespace kahn::render
