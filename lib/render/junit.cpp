#include <kahn/render/report.hpp>

#include "render/markup.hpp"
#include "render/reason_text.hpp"
#include "render/report_content.hpp"
#include "render/status_words.hpp"

#include <cstdio>

namespace kahn::render {
namespace {

struct Counts {
    std::size_t tests = 0;
    std::size_t failures = 0;
    std::size_t errors = 0;
    std::size_t skipped = 0;

    Counts& operator+=(const Counts& other) {
        tests += other.tests;
        failures += other.failures;
        errors += other.errors;
        skipped += other.skipped;
        return *this;
    }
};

enum class Verdict { passed, failed, error, skipped };

Verdict verdict_of(const PipelineStage& stage, const PipelineJob& job) {
    switch (job.status) {
        case PipelineStatus::success: return Verdict::passed;
        case PipelineStatus::failure: return is_allowed_to_fail(stage, job) ? Verdict::skipped : Verdict::failed;
        case PipelineStatus::pending:
        case PipelineStatus::running: return Verdict::error;  // whoever ran it is gone, or still at it
        case PipelineStatus::cancelled:
        case PipelineStatus::skipped: break;
    }
    return Verdict::skipped;
}

Counts count(const PipelineStage& stage) {
    Counts counts;
    for (const PipelineJob& job : stage.jobs) {
        ++counts.tests;
        switch (verdict_of(stage, job)) {
            case Verdict::passed: break;
            case Verdict::failed: ++counts.failures; break;
            case Verdict::error: ++counts.errors; break;
            case Verdict::skipped: ++counts.skipped; break;
        }
    }
    return counts;
}

/// Writes elements; what it is given is escaped here and nowhere else.
class Writer {
public:
    explicit Writer(std::string& out) : out_(out) {}

    void open(std::string_view name) { (out_ += '<') += name; }
    void attribute(std::string_view name, std::string_view value) {
        ((out_ += ' ') += name) += "=\"";
        append_xml(out_, value);
        out_ += '"';
    }
    void attribute(std::string_view name, std::size_t n) { attribute(name, std::to_string(n)); }
    void seconds(std::string_view name, std::chrono::nanoseconds time) {
        char text[64];
        std::snprintf(text, sizeof text, "%.3f", std::chrono::duration<double>(time).count());
        attribute(name, text);
    }
    void time(std::string_view name, const std::optional<SystemTime>& time) {
        if (time) attribute(name, to_iso8601(*time).substr(0, 19));  // UTC without a zone, as the schema wants it
    }
    void counts(const Counts& counts) {
        attribute("tests", counts.tests);
        attribute("failures", counts.failures);
        attribute("errors", counts.errors);
        attribute("skipped", counts.skipped);
    }
    void end_tag() { out_ += ">\n"; }
    void end_empty() { out_ += "/>\n"; }
    void close(std::string_view name) { ((out_ += "</") += name) += ">\n"; }
    void element(std::string_view name, std::string_view text) {
        if (text.empty()) return;
        ((out_ += '<') += name) += '>';
        append_xml(out_, text);
        close(name);
    }
    void text(std::string_view text) { append_xml(out_, text); }

private:
    std::string& out_;
};

void append_case(Writer& out, const Pipeline& run, const PipelineStage& stage, const PipelineJob& job) {
    out.open("testcase");
    out.attribute("name", job.name);
    out.attribute("classname", run.name + "." + stage.name);
    out.seconds("time", job.duration);
    const Verdict verdict = verdict_of(stage, job);
    if (verdict == Verdict::passed) return out.end_empty();
    out.end_tag();

    const auto words = status_words(stage, job);
    const std::string reason = reason_text(job.reason);
    const std::string message = std::string(words.word) + (reason.empty() ? "" : ": " + reason);
    if (verdict == Verdict::skipped) {
        out.open("skipped");
        out.attribute("message", message);
        out.end_empty();
    } else {
        const std::string_view element = verdict == Verdict::failed ? "failure" : "error";
        out.open(element);
        out.attribute("message", verdict == Verdict::failed ? message : "it has not ended");
        out.attribute("type", job.reason ? to_string(job.reason.code()) : to_string(job.status));
        out.end_tag();
        out.text(without_control_sequences(job.error.empty() ? job.output : job.error));
        out.close(element);
        out.element("system-out", without_control_sequences(job.output));
        out.element("system-err", without_control_sequences(job.error));
    }
    out.close("testcase");
}

}  // namespace

std::string to_junit(const RunRecord& record) {
    const Pipeline& run = record.pipeline;
    std::string text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    Writer out(text);
    Counts all;
    for (const PipelineStage& stage : run.stages) all += count(stage);
    out.open("testsuites");
    out.attribute("name", run.name);
    out.counts(all);
    out.seconds("time", run.duration);
    out.end_tag();
    for (std::size_t s = 0; s < run.stages.size(); ++s) {
        const PipelineStage& stage = run.stages[s];
        out.open("testsuite");
        out.attribute("name", stage.name);
        out.attribute("id", s);
        out.counts(count(stage));
        out.seconds("time", stage.duration);
        out.time("timestamp", stage.start_time ? stage.start_time : run.start_time);
        if (!record.origin.host.empty()) out.attribute("hostname", record.origin.host);
        out.end_tag();
        for (const PipelineJob& job : stage.jobs) append_case(out, run, stage, job);
        out.close("testsuite");
    }
    out.close("testsuites");
    return text;
}

}  // namespace kahn::render
