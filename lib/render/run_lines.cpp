#include "render/run_lines.hpp"

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "render/delay_text.hpp"
#include "render/reason_text.hpp"
#include "render/run_summary.hpp"

#include <algorithm>

namespace kahn::render {
namespace {

constexpr std::size_t shown_running = 5;
constexpr std::size_t longest_word = 6;

std::string count(std::size_t n, const std::string& word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

std::string attempt_if_repeated(const PipelineJob& job) {
    return job.attempts.size() > 1 ? attempt_note(job, job.attempts.back().number) : std::string();
}

}  // namespace

std::string RunLines::run_started(const Pipeline& run, const event::RunStarted& e) {
    names_ = RunNames(run);
    total_ = e.jobs;
    std::string out = "kahn: run " + run.run_id + ' ' + printable(run.name);
    if (!run.source.empty()) out += " (" + shown_path(run.source, base_) + ')';
    return out + ": " + count(e.jobs, "job") + ", " + count(e.levels, "level") + ", " +
           (e.max_workers == 0 ? "no limit on workers" : count(e.max_workers, "worker"));
}

std::string RunLines::job_started(const event::JobStarted& e) {
    std::string out = head(e.job, "start", {}) + names_.of(e.stage, e.job);
    if (e.attempt.number > 1) out += attempt_note(e.job, e.attempt.number);
    return out;
}

std::string RunLines::job_retried(const event::JobRetried& e) {
    return head(e.job, "retry", palette_.yellow("retry")) + names_.of(e.stage, e.job) + ": attempt " + std::to_string(e.attempt.number) + " of " +
           std::to_string(e.job.retry_count + 1) + " failed: " + reason_text(e.attempt.reason) + " after " +
           format_duration(e.attempt.duration) + "; next " + delay_text(e.delay);
}

std::string RunLines::job_finished(const event::JobFinished& e) {
    ++done_;
    const std::string name = names_.of(e.stage, e.job);
    const std::string duration = ' ' + format_duration(e.job.duration);
    const std::string reason = reason_text(e.job.reason);
    const std::string because = reason.empty() ? "" : ": " + reason;
    const auto start = [&](std::string_view word) { return head(e.job, word, palette_.by(e.job.status, e.allowed, word)) + name; };
    switch (e.job.status) {
        case PipelineStatus::success:
            if (!e.job.reused_from.empty()) return start("ok") + " (reused from run " + printable(e.job.reused_from) + ')';
            return start("ok") + duration + attempt_if_repeated(e.job);
        case PipelineStatus::skipped: return start("skip") + because;
        case PipelineStatus::cancelled: return start("cancel") + (e.job.attempts.empty() ? "" : duration) + because;
        default:
            return start(e.allowed ? "failed" : "FAIL") + duration + because +
                   (e.job.attempts.empty() ? "" : attempt_note(e.job, e.job.attempts.back().number)) + (e.allowed ? " (allowed to fail)" : "");
    }
}

std::string RunLines::warning(const event::JobFinished& e, std::string_view text) const {
    return "kahn: " + palette_.yellow("warning:") + ' ' + names_.of(e.stage, e.job) + ": " + printable(text);
}

std::string RunLines::still_running(const RunningAttempts& running, std::chrono::nanoseconds elapsed, const std::string& left) const {
    std::string out = "kahn: " + format_duration(elapsed);
    std::size_t named = 0;
    for (const auto& [order, attempt] : running) {
        if (named == shown_running) break;
        out += named++ == 0 ? " running: " : ", ";
        out += attempt.name + ' ' + format_duration(elapsed - attempt.started);
    }
    if (running.size() > shown_running) out += ", … " + std::to_string(running.size() - shown_running) + " more";
    const std::size_t known = done_ + running.size();
    return out + "; " + std::to_string(done_) + " done, " + std::to_string(total_ - std::min(total_, known)) + " waiting" + (left.empty() ? "" : ", " + left);
}

/// `[ 3/11] start  `
std::string RunLines::head(const PipelineJob& job, std::string_view word, std::string_view coloured) {
    const std::size_t number = numbers_.try_emplace(&job, numbers_.size() + 1).first->second;
    const std::string total = std::to_string(total_);
    std::string digits = std::to_string(number);
    digits.insert(0, total.size() - std::min(total.size(), digits.size()), ' ');
    return palette_.dim('[' + digits + '/' + total + ']') + ' ' + std::string(coloured.empty() ? word : coloured) +
           std::string(longest_word + 1 - std::min(longest_word, word.size()), ' ');
}

}  // namespace kahn::render
