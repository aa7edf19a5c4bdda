#include <kahn/render/ci_view.hpp>

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "render/ci_marks.hpp"
#include "render/failed_jobs.hpp"
#include "render/log_end.hpp"
#include "render/past_notes.hpp"
#include "render/reason_text.hpp"
#include "render/run_lines.hpp"
#include "render/run_summary.hpp"
#include "render/running_attempts.hpp"

#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace kahn::render {
namespace {

std::unique_ptr<CiMarks> marks_of(const CiViewOptions& options, std::string_view run_id) {
    switch (options.ci) {
        case Ci::github: return github_marks(options.new_token);
        case Ci::gitlab: return gitlab_marks(run_id);
        case Ci::buildkite: return buildkite_marks();
    }
    return buildkite_marks();
}

/// `path` as GitHub looks for it: below the checkout. A path that is none of its files' annotates nothing.
std::string path_in_repository(const std::filesystem::path& path, const CiViewOptions& options) {
    if (path.empty()) return {};
    const auto& repository = options.repository.empty() ? options.base : options.repository;
    return shown_path((options.base / path).lexically_normal(), repository);
}

}  // namespace

std::optional<Ci> parse_ci(std::string_view word) noexcept {
    if (word == "github") return Ci::github;
    if (word == "gitlab") return Ci::gitlab;
    if (word == "buildkite") return Ci::buildkite;
    return std::nullopt;
}

std::optional<Ci> detect_ci(const std::map<std::string, std::string, std::less<>>& environment) {
    const auto is_true = [&](std::string_view name) {
        const auto found = environment.find(name);
        return found != environment.end() && found->second == "true";
    };
    if (is_true("GITHUB_ACTIONS")) return Ci::github;
    if (is_true("GITLAB_CI")) return Ci::gitlab;
    if (is_true("BUILDKITE")) return Ci::buildkite;
    return std::nullopt;
}

class CiView::Impl {
public:
    explicit Impl(CiViewOptions options)
        : options_(std::move(options)),
          lines_(options_.base, Palette(options_.is_coloured)),
          marks_(marks_of(options_, {})),
          running_(options_.held_bytes_of_job, options_.held_bytes, options_.speakers, writer()),
          past_(options_.past) {}
    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    std::string on_event(const Event& event) {
        run_ = &event.run;
        time_ = event.time;
        past_.add(event);
        std::string out = std::visit([this](const auto& what) { return print(what); }, event.what);
        is_silent_ = is_silent_ && out.empty();
        return out;
    }

    std::string tick(std::chrono::nanoseconds elapsed) {
        now_ = elapsed;
        time_ = began_ + std::chrono::duration_cast<SystemTime::duration>(elapsed);
        if (!std::exchange(is_silent_, true)) {
            last_said_ = elapsed;
            return {};
        }
        if (elapsed - last_said_ < options_.silence) return {};
        last_said_ = elapsed;
        return between(lines_.still_running(running_, elapsed, past_.left(elapsed).left) + '\n');
    }

    std::string message(std::string_view line) {
        is_silent_ = false;
        return between("kahn: " + std::string(line) + '\n');
    }

    std::string running() { return between(running_text(running_, now_, past_.left(now_).left)); }

    std::string close() { return close_block(false); }

private:
    /// A line within a job's block needs no name. Where all speak at once, there is one block of them all.
    LineWriter writer() {
        if (options_.speakers == Speakers::everybody) return prefixed_lines(lines_.palette());
        return [this](std::string& out, const std::string&, std::string_view line) {
            marks_->append_output(out, line);
            out += '\n';
        };
    }

    std::string between(const std::string& lines) { return close_block(false) + marks_->text(lines, Place::between_blocks); }

    /// The block that the lines of an attempt go to.
    std::string open_block(const RunningAttempt& attempt) {
        const bool is_of_all = options_.speakers == Speakers::everybody;
        const PipelineJob* const owner = is_of_all ? nullptr : attempt.job;
        if (is_open_ && open_for_ == owner) return {};
        std::string out = close_block(false);
        is_open_ = true;
        open_for_ = owner;
        const bool is_continued = !is_of_all && !begun_.insert(attempt.job).second;
        const std::string title = is_of_all ? "output" : is_continued ? lines_.job_continued(*attempt.job, attempt.name) : titles_.at(attempt.job);
        return out + marks_->open(title, Fold::while_running, time_);
    }

    std::string close_block(bool has_failed) {
        if (!std::exchange(is_open_, false)) return {};
        return marks_->close(has_failed, time_);
    }

    std::string print(const event::RunStarted& e) {
        began_ = time_;
        marks_ = marks_of(options_, run_->run_id);
        return between(lines_.run_started(*run_, e) + '\n');
    }
    std::string print(const event::StageStarted&) { return {}; }
    std::string print(const event::StageFinished&) { return {}; }
    std::string print(const event::CommandStarted&) { return {}; }

    /// Not a line of its own: it would end the block of the one that speaks.
    std::string print(const event::JobStarted& e) {
        titles_[&e.job] = lines_.job_started(e);
        begun_.erase(&e.job);
        running_.start(e.job, lines_.names().of(e.stage, e.job), now_);
        return {};
    }

    std::string print(const event::JobOutput& e) {
        RunningAttempt* const attempt = running_.find(e.job);
        const std::string text = attempt ? running_.feed(*attempt, e.stream, e.text) : std::string();
        return text.empty() ? text : open_block(*attempt) + text;
    }

    std::string print(const event::JobRetried& e) {
        const std::string out = end_attempt(e.job, e.attempt.log, lines_.job_retried(e), false);
        return out + let_next_speak(e.job);
    }

    std::string print(const event::JobFinished& e) {
        const bool has_failed = e.job.status == PipelineStatus::failure;
        std::string out = end_attempt(e.job, e.job.attempts.empty() ? std::filesystem::path() : e.job.attempts.back().log,
                                      lines_.job_finished(e), has_failed && !e.allowed);
        if (has_failed) out += annotation(e, !e.allowed, failure_message(e));
        for (const std::string& warning : e.job.warnings) {
            const std::string annotated = annotation(e, false, printable(warning));
            out += annotated.empty() ? marks_->text(lines_.warning(e, warning) + '\n', Place::between_blocks) : annotated;
        }
        failures_.add(e, lines_.names().of(e.stage, e.job), running_.find(e.job));
        return out + let_next_speak(e.job);
    }

    std::string print(const event::RunFinished&) {
        EndOptions end;
        end.base = options_.base;
        end.palette = lines_.palette();
        end.lists_all = options_.lists_all;
        end.past = past_.runs();
        const bool is_good = run_->status == PipelineStatus::success;
        return close_block(false) + marks_->text(log_end(*run_, lines_.names(), failures_, end), is_good ? Place::end_of_good_run : Place::end_of_bad_run);
    }

    /// A job that could speak ends its block, then comes the line; one whose output was held has the line as the block's title.
    std::string end_attempt(const PipelineJob& job, const std::filesystem::path& log, const std::string& line, bool has_failed) {
        RunningAttempt* const attempt = running_.find(job);
        if (!attempt) return between(line + '\n');
        const std::string rest = running_.drain(*attempt, shown_path(log, options_.base), true);
        if (!running_.speaks(*attempt)) {
            if (rest.empty()) return between(line + '\n');
            std::string out = close_block(false);
            out += marks_->open(line, has_failed ? Fold::failed : Fold::fine, time_);
            out += rest;
            return out += marks_->close(has_failed, time_);
        }
        std::string out = rest.empty() ? std::string() : open_block(*attempt) + rest;
        const bool ends_its_block = is_open_ && open_for_ == &job;
        out += close_block(has_failed && ends_its_block);
        return out + marks_->text(line + '\n', ends_its_block ? Place::after_block : Place::between_blocks);
    }

    std::string let_next_speak(const PipelineJob& job) {
        const RunningAttempt* const ended = running_.find(job);
        const bool was_live = ended && options_.speakers == Speakers::oldest && running_.speaks(*ended);
        running_.remove(job);
        RunningAttempt* const next = was_live ? running_.live() : nullptr;
        const std::string held = next ? running_.drain(*next, {}, false) : std::string();
        return held.empty() ? held : open_block(*next) + held;
    }

    static std::string failure_message(const event::JobFinished& e) {
        std::string text = e.allowed ? "failed, and may: " : "failed: ";
        text += reason_text(e.job.reason);
        if (e.job.attempts.empty()) return text;
        const JobAttempt& last = e.job.attempts.back();
        return text + attempt_note(e.job, last.number) + " after " + format_duration(last.duration);
    }

    std::string annotation(const event::JobFinished& e, bool is_error, std::string message) const {
        Annotation what;
        what.is_error = is_error;
        what.title = lines_.names().of(e.stage, e.job);
        what.message = std::move(message);
        if (e.job.location.line > 0) {
            what.file = path_in_repository(run_->source, options_);
            what.location = e.job.location;
        }
        return marks_->annotation(what);
    }

    CiViewOptions options_;
    const Pipeline* run_ = nullptr;  // valid during on_event() only
    RunLines lines_;
    std::unique_ptr<CiMarks> marks_;
    RunningAttempts running_;
    FailedJobs failures_;
    PastNotes past_;
    std::unordered_map<const PipelineJob*, std::string> titles_;  // of the blocks of those that run
    std::unordered_set<const PipelineJob*> begun_;                // those whose attempt had a block already
    bool is_open_ = false;
    const PipelineJob* open_for_ = nullptr;  // nullptr: all of them
    SystemTime began_;
    SystemTime time_;  // of the last event or tick
    std::chrono::nanoseconds now_{0};
    std::chrono::nanoseconds last_said_{0};
    bool is_silent_ = true;
};

CiView::CiView(CiViewOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
CiView::~CiView() = default;
CiView::CiView(CiView&&) noexcept = default;
CiView& CiView::operator=(CiView&&) noexcept = default;

std::string CiView::on_event(const Event& event) { return impl_->on_event(event); }
std::string CiView::tick(std::chrono::nanoseconds elapsed) { return impl_->tick(elapsed); }
std::string CiView::message(std::string_view line) { return impl_->message(line); }
std::string CiView::running() { return impl_->running(); }
std::string CiView::close() { return impl_->close(); }

}  // namespace kahn::render
