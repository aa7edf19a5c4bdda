#include "store/summary.hpp"

#include "store/record_fields.hpp"
#include "store/record_json.hpp"
#include "store/record_writer.hpp"

#include <kahn/base/error.hpp>

#include <boost/json/parse.hpp>

namespace kahn::store {
namespace {

bool was_executed(const PipelineJob& job) {
    return job.reused_from.empty() && (job.status == PipelineStatus::success || job.status == PipelineStatus::failure);
}

JobSample sample_of(const Pipeline& run, const PipelineStage& stage, const PipelineJob& job) {
    JobSample sample;
    sample.run = run.run_id;
    sample.stage = stage.name;
    sample.job = job.name;
    sample.status = job.status;
    sample.start_time = job.start_time;
    sample.duration = job.duration;
    if (!job.attempts.empty()) sample.queued = job.attempts.front().queued;
    sample.attempts = static_cast<int>(job.attempts.size());
    return sample;
}

void count(RunSummary& summary, const PipelineJob& job) {
    ++summary.jobs;
    switch (job.status) {
        case PipelineStatus::success: ++summary.jobs_passed; break;
        case PipelineStatus::failure: ++summary.jobs_failed; break;
        case PipelineStatus::skipped: ++summary.jobs_skipped; break;
        case PipelineStatus::cancelled: ++summary.jobs_cancelled; break;
        case PipelineStatus::pending:
        case PipelineStatus::running: break;
    }
}

}  // namespace

HistoryEntry summarise(const RunRecord& record) { return summarise(record, record.pipeline); }

HistoryEntry summarise(const RunRecord& about, const Pipeline& run) {
    HistoryEntry entry;
    RunSummary& summary = entry.summary;
    summary.id = run.run_id;
    summary.pipeline = run.name;
    summary.status = run.status;
    summary.reason = run.reason;
    summary.start_time = run.start_time;
    summary.end_time = run.end_time;
    summary.duration = run.duration;
    summary.parent = about.origin.parent;
    summary.trace_id = about.origin.trace_id;
    summary.is_interrupted = about.is_interrupted;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            count(summary, job);
            const bool executed = was_executed(job);
            entry.executed += executed ? 1U : 0U;
            entry.executed_passed += executed && job.status == PipelineStatus::success ? 1U : 0U;
            const bool ran = executed || (is_end(job.status) && !job.attempts.empty());
            if (ran) entry.samples.push_back(sample_of(run, stage, job));
        }
    }
    return entry;
}

std::string to_line(const HistoryEntry& entry) {
    const RunSummary& summary = entry.summary;
    std::string line;
    {
        SparseObject object(line);
        object.number("v", record_version);
        object.text("run", summary.id);
        object.text("pipeline", summary.pipeline);
        object.text("status", to_string(summary.status));
        if (summary.reason) object.text("reason", to_string(summary.reason.code()));
        object.text("detail", summary.reason.detail());
        object.time("start", summary.start_time);
        object.time("end", summary.end_time);
        object.count("duration_ns", summary.duration);
        object.text("parent", summary.parent);
        object.text("trace_id", summary.trace_id);
        object.number("jobs", summary.jobs);
        object.number("passed", summary.jobs_passed);
        object.number("failed", summary.jobs_failed);
        object.number("skipped", summary.jobs_skipped);
        object.number("cancelled", summary.jobs_cancelled);
        object.number("executed", entry.executed);
        object.number("executed_passed", entry.executed_passed);
        object.claim("interrupted", summary.is_interrupted);
    }
    line += '\n';
    return line;
}

std::optional<HistoryEntry> from_line(std::string_view line) {
    boost::system::error_code error;
    const auto parsed = boost::json::parse(boost::json::string_view(line.data(), line.size()), error);
    if (error || !parsed.is_object()) return std::nullopt;
    try {
        const Fields fields(parsed.get_object());
        HistoryEntry entry;
        RunSummary& summary = entry.summary;
        summary.id = fields.text("run");
        summary.pipeline = fields.text("pipeline");
        Pipeline ended;
        read_result(parsed.get_object(), ended);
        summary.status = ended.status;
        summary.reason = std::move(ended.reason);
        summary.start_time = ended.start_time;
        summary.end_time = ended.end_time;
        summary.duration = ended.duration;
        summary.parent = fields.text("parent");
        summary.trace_id = fields.text("trace_id");
        summary.jobs = fields.number<std::size_t>("jobs");
        summary.jobs_passed = fields.number<std::size_t>("passed");
        summary.jobs_failed = fields.number<std::size_t>("failed");
        summary.jobs_skipped = fields.number<std::size_t>("skipped");
        summary.jobs_cancelled = fields.number<std::size_t>("cancelled");
        entry.executed = fields.number<std::size_t>("executed");
        entry.executed_passed = fields.number<std::size_t>("executed_passed");
        summary.is_interrupted = fields.claim("interrupted");
        if (summary.id.empty()) return std::nullopt;
        return entry;
    } catch (const Error&) {
        return std::nullopt;
    }
}

}  // namespace kahn::store
