#include "render/run_summary.hpp"

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "render/reason_text.hpp"
#include "render/status_words.hpp"

#include <vector>

namespace kahn::render {
namespace {

std::string word_for(const Pipeline& run, const Palette& palette) {
    switch (run.status) {
        case PipelineStatus::success: return palette.green("ok");
        case PipelineStatus::cancelled: return palette.yellow("CANCELLED");
        default: return palette.red("FAILED");
    }
}

/// And may not.
bool has_failed(const PipelineStage& stage, const PipelineJob& job) {
    return job.status == PipelineStatus::failure && !is_allowed_to_fail(stage, job);
}

}  // namespace

JobCounts count_jobs(const Pipeline& run) {
    JobCounts counts;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            if (!job.reused_from.empty()) ++counts.reused;
            if (job.status == PipelineStatus::success) ++counts.ok;
            if (job.status == PipelineStatus::skipped) ++counts.skipped;
            if (job.status == PipelineStatus::cancelled) ++counts.cancelled;
            if (job.status == PipelineStatus::failure) ++(has_failed(stage, job) ? counts.failed : counts.allowed);
        }
    }
    return counts;
}

std::string job_detail(const PipelineJob& job, bool is_allowed) {
    if (!job.reused_from.empty()) return "reused from run " + printable(job.reused_from);
    if (job.status == PipelineStatus::success) return {};
    std::string detail = reason_text(job.reason);
    if (job.status != PipelineStatus::failure) return detail;
    if (job.attempts.size() > 1) detail += " ×" + std::to_string(job.attempts.size());
    return is_allowed ? detail + ", allowed to fail" : detail;
}

std::string counts_text(const Pipeline& run) {
    const JobCounts jobs = count_jobs(run);
    std::vector<std::string> parts;
    const auto add = [&parts](std::size_t n, const char* word) {
        if (n > 0) parts.push_back(std::to_string(n) + ' ' + word);
    };
    add(jobs.ok, "ok");
    add(jobs.failed, "failed");
    add(jobs.allowed, "failed but allowed to");
    add(jobs.skipped, "skipped");
    add(jobs.cancelled, "cancelled");
    const std::size_t all = run.job_count();
    return std::to_string(all) + (all == 1 ? " job: " : " jobs: ") + join(parts, ", ");
}

std::string shown_path(const std::filesystem::path& path, const std::filesystem::path& base) {
    if (!base.empty() && path.is_absolute()) {
        const auto relative = path.lexically_relative(base);
        if (!relative.empty() && *relative.begin() != "..") return printable(relative.native());
    }
    return printable(path.native());
}

std::string attempt_note(const PipelineJob& job, int attempt) {
    if (job.retry_count == 0) return {};
    return " (attempt " + std::to_string(attempt) + " of " + std::to_string(job.retry_count + 1) + ')';
}

std::string run_line(const Pipeline& run, const RunNames& names, const Palette& palette, const std::string& beside) {
    constexpr std::size_t most_named = 5;
    const JobCounts counts = count_jobs(run);
    std::vector<std::string> failed;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            if (failed.size() < most_named && has_failed(stage, job)) failed.push_back(names.of(stage, job));
        }
    }
    std::string line = word_for(run, palette) + " in " + format_duration(run.duration);
    if (!beside.empty()) line += " (" + beside + ')';
    if (run.reason && run.reason.code() != Reason::Code::job_failed) line += " (" + reason_text(run.reason) + ')';
    line += ": " + std::to_string(counts.ok) + " ok";
    if (counts.reused > 0) line += " (" + std::to_string(counts.reused) + " reused)";
    if (counts.failed > failed.size()) failed.push_back("…");
    if (counts.failed > 0) line += ", " + std::to_string(counts.failed) + " failed (" + join(failed, ", ") + ')';
    if (counts.allowed > 0) line += ", " + std::to_string(counts.allowed) + " failed but allowed to";
    if (counts.skipped > 0) line += ", " + std::to_string(counts.skipped) + " skipped";
    if (counts.cancelled > 0) line += ", " + std::to_string(counts.cancelled) + " cancelled";
    return line;
}

std::string failed_job_text(const Pipeline& run, const FailedJobs::Entry& failure, const std::filesystem::path& base, const Palette& palette) {
    const PipelineJob& job = *failure.job;
    const JobAttempt* const last = job.attempts.empty() ? nullptr : &job.attempts.back();
    std::string out = "kahn: " + palette.red("failed: " + failure.name) + ": " + reason_text(job.reason);
    if (last) out += attempt_note(job, last->number) + " after " + format_duration(last->duration);
    if (job.location.line > 0 && !run.source.empty()) {
        out += ", " + shown_path(run.source, base) + ':' + std::to_string(job.location.line) + ':' +
               std::to_string(job.location.column);
    }
    out += '\n';
    for (std::string_view lines = failure.last_lines; !lines.empty(); lines.remove_prefix(lines.find('\n') + 1)) {
        out.append("  | ").append(lines.substr(0, lines.find('\n'))).append("\n");
    }
    const std::string left_out = failure.left_out();
    if (last && !last->log.empty()) out += "  " + left_out + (left_out.empty() ? "" : "; ") + "full log: " + shown_path(last->log, base) + '\n';
    return out;
}

}  // namespace kahn::render
