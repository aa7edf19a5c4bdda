#include "render/run_summary.hpp"

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "render/reason_text.hpp"

#include <vector>

namespace kahn::render {
namespace {

std::string word_for(const Pipeline& run) {
    switch (run.status) {
        case PipelineStatus::success: return "ok";
        case PipelineStatus::cancelled: return "CANCELLED";
        default: return "FAILED";
    }
}

}  // namespace

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

std::string run_line(const Pipeline& run, const RunNames& names) {
    constexpr std::size_t most_named = 5;
    std::size_t ok = 0;
    std::size_t skipped = 0;
    std::size_t cancelled = 0;
    std::size_t allowed = 0;
    std::size_t reused = 0;
    std::vector<std::string> failed;
    for (const PipelineStage& stage : run.stages) {
        for (const PipelineJob& job : stage.jobs) {
            ok += job.status == PipelineStatus::success ? 1U : 0U;
            reused += job.reused_from.empty() ? 0U : 1U;
            skipped += job.status == PipelineStatus::skipped ? 1U : 0U;
            cancelled += job.status == PipelineStatus::cancelled ? 1U : 0U;
            if (job.status != PipelineStatus::failure) continue;
            if (job.allow_failure || stage.allow_failure) {
                ++allowed;
            } else {
                failed.push_back(names.of(stage, job));
            }
        }
    }
    std::string line = word_for(run) + " in " + format_duration(run.duration);
    if (run.reason && run.reason.code() != Reason::Code::job_failed) line += " (" + reason_text(run.reason) + ')';
    line += ": " + std::to_string(ok) + " ok";
    if (reused > 0) line += " (" + std::to_string(reused) + " reused)";
    if (!failed.empty()) {
        const std::size_t count = failed.size();
        if (count > most_named) {
            failed.resize(most_named);
            failed.push_back("…");
        }
        line += ", " + std::to_string(count) + " failed (" + join(failed, ", ") + ')';
    }
    if (allowed > 0) line += ", " + std::to_string(allowed) + " failed but allowed to";
    if (skipped > 0) line += ", " + std::to_string(skipped) + " skipped";
    if (cancelled > 0) line += ", " + std::to_string(cancelled) + " cancelled";
    return line;
}

std::string failed_job_text(const Pipeline& run, const PipelineJob& job, const std::string& name, std::string_view last_lines,
                            const std::filesystem::path& base) {
    const JobAttempt* const last = job.attempts.empty() ? nullptr : &job.attempts.back();
    std::string out = "kahn: failed: " + name + ": " + reason_text(job.reason);
    if (last) out += attempt_note(job, last->number) + " after " + format_duration(last->duration);
    if (job.location.line > 0 && !run.source.empty()) {
        out += ", " + shown_path(run.source, base) + ':' + std::to_string(job.location.line) + ':' +
               std::to_string(job.location.column);
    }
    out += '\n';
    while (!last_lines.empty()) {
        const std::size_t end = last_lines.find('\n');
        out.append("  | ").append(last_lines.substr(0, end)).append("\n");
        last_lines.remove_prefix(end == std::string_view::npos ? last_lines.size() : end + 1);
    }
    if (last && !last->log.empty()) out += "  full log: " + shown_path(last->log, base) + '\n';
    return out;
}

}  // namespace kahn::render
