#include <kahn/render/plain_view.hpp>

#include "render/failed_jobs.hpp"
#include "render/log_end.hpp"
#include "render/past_notes.hpp"
#include "render/run_lines.hpp"
#include "render/run_summary.hpp"
#include "render/running_attempts.hpp"

#include <string_view>
#include <utility>

namespace kahn::render {

class PlainView::Impl {
public:
    explicit Impl(PlainViewOptions options)
        : options_(std::move(options)),
          lines_(options_.base, Palette(options_.is_coloured)),
          running_(options_.held_bytes_of_job, options_.held_bytes, options_.speakers, prefixed_lines(lines_.palette())),
          past_(options_.past) {}

    std::string on_event(const Event& event) {
        run_ = &event.run;
        past_.add(event);
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
        return lines_.still_running(running_, elapsed, past_.left(elapsed).left) + '\n';
    }

    std::string message(std::string_view line) {
        is_silent_ = false;
        return "kahn: " + std::string(line) + '\n';
    }
    std::string running() { return running_text(running_, now_, past_.left(now_).left); }

private:
    std::string print(const event::RunStarted& e) { return lines_.run_started(*run_, e) + '\n'; }
    std::string print(const event::StageStarted&) { return {}; }
    std::string print(const event::StageFinished&) { return {}; }
    std::string print(const event::CommandStarted&) { return {}; }

    std::string print(const event::JobStarted& e) {
        std::string out = lines_.job_started(e);
        const RunningAttempt* const live = running_.live();
        if (live && options_.speakers == Speakers::oldest) out += "  (output held until it ends; live: " + live->name + ')';
        running_.start(e.job, lines_.names().of(e.stage, e.job), now_);
        return out + '\n';
    }

    std::string print(const event::JobOutput& e) {
        RunningAttempt* const attempt = running_.find(e.job);
        return attempt ? running_.feed(*attempt, e.stream, e.text) : std::string();
    }

    std::string print(const event::JobRetried& e) {
        const Ended ended = end_attempt(e.job, e.attempt.log);
        running_.remove(e.job);
        return arranged(ended, lines_.job_retried(e) + '\n');
    }

    std::string print(const event::JobFinished& e) {
        std::string line = lines_.job_finished(e) + '\n';
        for (const std::string& warning : e.job.warnings) line += lines_.warning(e, warning) + '\n';
        const Ended ended = end_attempt(e.job, e.job.attempts.empty() ? std::filesystem::path() : e.job.attempts.back().log);
        failures_.add(e, lines_.names().of(e.stage, e.job), running_.find(e.job));
        running_.remove(e.job);
        return arranged(ended, line);
    }

    std::string print(const event::RunFinished&) {
        EndOptions end;
        end.base = options_.base;
        end.palette = lines_.palette();
        end.lists_all = options_.lists_all;
        end.past = past_.runs();
        return log_end(*run_, lines_.names(), failures_, end);
    }

    struct Ended {
        bool was_live = false;
        std::string rest;  // what it had still to say
    };

    Ended end_attempt(const PipelineJob& job, const std::filesystem::path& log) {
        Ended ended;
        if (RunningAttempt* const attempt = running_.find(job)) {
            ended.was_live = running_.speaks(*attempt);
            ended.rest = running_.drain(*attempt, shown_path(log, options_.base), true);
        }
        return ended;
    }

    /// Of a live job the lines came before; those of a held one follow the line that says what they belong to. Then the next one may
    /// speak.
    std::string arranged(const Ended& ended, const std::string& line) {
        std::string out = ended.was_live ? ended.rest + line : line + ended.rest;
        RunningAttempt* const next = ended.was_live && options_.speakers == Speakers::oldest ? running_.live() : nullptr;
        if (next) out += running_.drain(*next, {}, false);
        return out;
    }

    PlainViewOptions options_;
    const Pipeline* run_ = nullptr;  // valid during on_event() only
    RunLines lines_;
    RunningAttempts running_;
    FailedJobs failures_;
    PastNotes past_;
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
