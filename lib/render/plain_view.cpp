#include <kahn/render/plain_view.hpp>

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "render/reason_text.hpp"
#include "render/run_names.hpp"
#include "render/run_summary.hpp"
#include "render/running_attempts.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kahn::render {
namespace {

constexpr std::size_t shown_last_lines = 10;
constexpr std::size_t shown_failures = 20;
constexpr std::size_t shown_running = 5;

std::string count(std::size_t n, const std::string& word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); }

}  // namespace

class PlainView::Impl {
public:
    explicit Impl(PlainViewOptions options)
        : options_(std::move(options)), running_(options_.held_bytes_of_job, options_.held_bytes, options_.speakers) {}

    std::string on_event(const Event& event) {
        run_ = &event.run;
        std::string out = std::visit([this](const auto& what) { return print(what); }, event.what);
        is_silent_ = is_silent_ && out.empty();
        return out;
    }

    std::string tick(std::chrono::nanoseconds elapsed) {
        now_ = elapsed;
        if (!std::exchange(is_silent_, true)) {
            last_said_ = elapsed;
            return {};
        }
        if (elapsed - last_said_ < options_.silence) return {};
        last_said_ = elapsed;
        std::string out = "kahn: " + format_duration(elapsed);
        std::size_t named = 0;
        for (const auto& [order, attempt] : running_) {
            if (named == shown_running) break;
            out += named++ == 0 ? " running: " : ", ";
            out += attempt.name + ' ' + format_duration(elapsed - attempt.started);
        }
        if (running_.size() > shown_running) out += ", … " + std::to_string(running_.size() - shown_running) + " more";
        const std::size_t known = done_ + running_.size();
        return out + "; " + std::to_string(done_) + " done, " + std::to_string(total_ - std::min(total_, known)) + " waiting\n";
    }

    std::string message(std::string_view line) {
        is_silent_ = false;
        return "kahn: " + std::string(line) + '\n';
    }
    std::string running() const { return running_text(running_, now_); }

private:
    std::string print(const event::RunStarted& e) {
        names_ = RunNames(*run_);
        total_ = e.jobs;
        std::string out = "kahn: run " + run_->run_id + ' ' + printable(run_->name);
        if (!run_->source.empty()) out += " (" + shown_path(run_->source, options_.base) + ')';
        return out + ": " + count(e.jobs, "job") + ", " + count(e.levels, "level") + ", " +
               (e.max_workers == 0 ? "no limit on workers" : count(e.max_workers, "worker")) + '\n';
    }
    std::string print(const event::StageStarted&) { return {}; }
    std::string print(const event::StageFinished&) { return {}; }
    std::string print(const event::CommandStarted&) { return {}; }

    std::string print(const event::JobStarted& e) {
        const std::string name = names_.of(e.stage, e.job);
        std::string out = head(e.job, "start ") + name;
        if (e.attempt.number > 1) out += attempt_note(e.job, e.attempt.number);
        const RunningAttempt* const live = running_.live();
        if (live && options_.speakers == Speakers::oldest) out += "  (output held until it ends; live: " + live->name + ')';
        running_.start(e.job, name, now_);
        return out + '\n';
    }

    std::string print(const event::JobOutput& e) {
        RunningAttempt* const attempt = running_.find(e.job);
        return attempt ? running_.feed(*attempt, e.stream, e.text) : std::string();
    }

    std::string print(const event::JobRetried& e) {
        const std::string line = head(e.job, "retry ") + names_.of(e.stage, e.job) + ": attempt " +
                                 std::to_string(e.attempt.number) + " of " + std::to_string(e.job.retry_count + 1) +
                                 " failed: " + reason_text(e.attempt.reason) + " after " +
                                 format_duration(e.attempt.duration) + "; next in " + format_duration(e.delay) + '\n';
        return end_attempt(e.job, e.attempt.log, line);
    }

    std::string print(const event::JobFinished& e) {
        ++done_;
        const std::string name = names_.of(e.stage, e.job);
        std::string line = result_line(e, name);
        for (const std::string& warning : e.job.warnings) line += "kahn: warning: " + name + ": " + printable(warning) + '\n';
        if (e.job.status == PipelineStatus::failure && !e.allowed && failures_.size() < shown_failures) {
            // The tail is complete only once the last line is in: keep the place now, fill it below.
            failures_.emplace_back(&e.job, name);
        }
        return end_attempt(e.job, e.job.attempts.empty() ? std::filesystem::path() : e.job.attempts.back().log, line);
    }

    std::string print(const event::RunFinished&) {
        std::string out;
        for (const Failure& failure : failures_) {
            out += failed_job_text(*run_, *failure.job, failure.name, failure.last_lines, options_.base);
        }
        return out + "kahn: " + run_line(*run_, names_) + '\n';
    }

    std::string result_line(const event::JobFinished& e, const std::string& name) {
        const std::string duration = ' ' + format_duration(e.job.duration);
        const std::string reason = reason_text(e.job.reason);
        const std::string because = reason.empty() ? "" : ": " + reason;
        switch (e.job.status) {
            case PipelineStatus::success:
                if (!e.job.reused_from.empty()) return head(e.job, "ok    ") + name + " (reused from run " + printable(e.job.reused_from) + ")\n";
                return head(e.job, "ok    ") + name + duration + attempt_if_repeated(e.job) + '\n';
            case PipelineStatus::skipped: return head(e.job, "skip  ") + name + because + '\n';
            case PipelineStatus::cancelled:
                return head(e.job, "cancel") + name + (e.job.attempts.empty() ? "" : duration) + because + '\n';
            default:
                return head(e.job, e.allowed ? "failed" : "FAIL  ") + name + duration + because +
                       (e.job.attempts.empty() ? "" : attempt_note(e.job, e.job.attempts.back().number)) +
                       (e.allowed ? " (allowed to fail)" : "") + '\n';
        }
    }

    static std::string attempt_if_repeated(const PipelineJob& job) {
        return job.attempts.size() > 1 ? attempt_note(job, job.attempts.back().number) : std::string();
    }

    /// `[ 3/11] start  `: a job keeps the number it was first seen with.
    std::string head(const PipelineJob& job, std::string_view word) {
        const std::size_t number = numbers_.try_emplace(&job, numbers_.size() + 1).first->second;
        const std::string total = std::to_string(total_);
        std::string digits = std::to_string(number);
        digits.insert(0, total.size() - std::min(total.size(), digits.size()), ' ');
        return '[' + digits + '/' + total + "] " + std::string(word) + ' ';
    }

    /// Prints what is left of an attempt that has ended, and lets the next one speak.
    std::string end_attempt(const PipelineJob& job, const std::filesystem::path& log, const std::string& line) {
        RunningAttempt* const attempt = running_.find(job);
        if (!attempt) return line;
        const bool was_live = running_.speaks(*attempt);
        const std::string rest = running_.drain(*attempt, shown_path(log, options_.base), true);
        if (!failures_.empty() && failures_.back().job == &job) failures_.back().last_lines = attempt->last_lines(shown_last_lines);
        running_.remove(job);
        // Of a live job the lines came before; those of a held one follow the line that says what they belong to.
        std::string out = was_live ? rest + line : line + rest;
        RunningAttempt* const next = was_live && options_.speakers == Speakers::oldest ? running_.live() : nullptr;
        if (next) out += running_.drain(*next, {}, false);
        return out;
    }

    struct Failure {
        Failure(const PipelineJob* job_, std::string name_) : job(job_), name(std::move(name_)) {}

        const PipelineJob* job;
        std::string name;
        std::string last_lines;
    };

    PlainViewOptions options_;
    const Pipeline* run_ = nullptr;  // valid during on_event() only
    RunNames names_;
    RunningAttempts running_;
    std::unordered_map<const PipelineJob*, std::size_t> numbers_;
    std::vector<Failure> failures_;
    std::size_t total_ = 0;
    std::size_t done_ = 0;
    std::chrono::nanoseconds now_{0};
    std::chrono::nanoseconds last_said_{0};
    bool is_silent_ = true;
};

PlainView::PlainView(PlainViewOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
PlainView::~PlainView() = default;
PlainView::PlainView(PlainView&&) noexcept = default;
PlainView& PlainView::operator=(PlainView&&) noexcept = default;

std::string PlainView::on_event(const Event& event) { return impl_->on_event(event); }
std::string PlainView::tick(std::chrono::nanoseconds elapsed) { return impl_->tick(elapsed); }
std::string PlainView::message(std::string_view line) { return impl_->message(line); }
std::string PlainView::running() { return impl_->running(); }

}  // namespace kahn::render
