#include <kahn/render/live_view.hpp>

#include <kahn/base/time.hpp>

#include "base/text.hpp"
#include "render/cells.hpp"
#include "render/delay_text.hpp"
#include "render/end_summary.hpp"
#include "render/failed_jobs.hpp"
#include "render/live_canvas.hpp"
#include "render/past_notes.hpp"
#include "render/reason_text.hpp"
#include "render/run_names.hpp"
#include "render/run_summary.hpp"
#include "render/running_attempts.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>
#include <vector>

namespace kahn::render {
namespace {

constexpr std::size_t listed_waiting = 40;

/// Without the sequences that colour it.
std::size_t shown_cells(std::string_view line) { return cells(plain_line(line)); }

}  // namespace

class LiveView::Impl {
public:
    explicit Impl(LiveViewOptions options)
        : options_(std::move(options)), palette_(options_.is_coloured), running_(0, 0, Speakers::silenced, {}), past_(options_.past) {}

    std::string on_event(const Event& event) {
        run_ = &event.run;
        past_.add(event);
        std::visit([this](const auto& what) { take(what); }, event.what);
        if (!std::holds_alternative<event::RunFinished>(event.what)) return {};
        is_over_ = true;
        return erased() + std::exchange(log_, {});
    }

    std::string tick(std::chrono::nanoseconds elapsed) {
        now_ = elapsed;
        if (is_over_ || total_ == 0) return {};
        std::vector<std::string> lines = canvas_lines(content(), options_.window, palette_);
        if (log_.empty() && lines == drawn_ && drawn_for_ == options_.window) return {};
        std::string out;
        // What scrolls by may wrap: then everything below is cleared first, else each line just overwrites the old one.
        const bool overwrites = log_.empty() && drawn_for_ == options_.window;
        out = overwrites ? up() : erased();
        out += std::exchange(log_, {});
        for (const std::string& line : lines) out += line + (overwrites ? "\x1B[K\r\n" : "\r\n");
        if (overwrites) out += "\x1B[J";
        drawn_ = std::move(lines);
        drawn_for_ = options_.window;
        return out;
    }

    std::string message(std::string_view line) {
        const std::string text = "kahn: " + std::string(line) + "\r\n";
        if (is_over_ || total_ == 0) return text;
        log_ += text;
        return {};
    }

    std::string running() {
        const std::string text = running_text(running_, now_, past_.left(now_).left);
        for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
            log_.append(rest.substr(0, rest.find('\n'))).append("\r\n");
        }
        return {};
    }

    std::string close() {
        is_over_ = true;
        return erased() + std::exchange(log_, {});
    }

    void resize(WindowSize window) { options_.window = window; }
    void lost_place() { drawn_.clear(); }
    std::string leave() { return erased() + std::exchange(log_, {}); }

private:
    enum class Phase { waiting, running, done };
    struct Entry {
        std::string name;
        const PipelineJob* job = nullptr;
        std::vector<std::size_t> after;  // of the entries that it waits for
        Phase phase = Phase::waiting;
    };

    /// Back to the canvas' first line. In a window that has become narrower its lines have been wrapped.
    std::string up() const {
        const std::size_t columns = std::max<std::size_t>(options_.window.columns, 1);
        std::size_t rows = 0;
        for (const std::string& line : drawn_) rows += std::max<std::size_t>(1, (shown_cells(line) + columns - 1) / columns);
        return rows == 0 ? std::string() : "\x1B[" + std::to_string(rows) + "A\r";
    }

    std::string erased() {
        if (drawn_.empty()) return {};
        std::string out = up() + "\x1B[J";
        drawn_.clear();
        return out;
    }

    void log(const std::string& text) { log_ += text + "\r\n"; }

    void take(const event::RunStarted& e) {
        names_ = RunNames(*run_);
        total_ = e.jobs;
        note_jobs();
        const auto count = [](std::size_t n, const char* word) { return std::to_string(n) + ' ' + word + (n == 1 ? "" : "s"); };
        std::string line = options_.title + (options_.title.empty() ? "" : "  ");
        if (!run_->source.empty()) line += shown_path(run_->source, options_.base) + " › ";
        line += palette_.bold(printable(run_->name)) + "  " + palette_.dim("run " + run_->run_id);
        log(line);
        log(' ' + palette_.dim(count(e.jobs, "job") + " · " + count(e.levels, "level") + " · " +
                               (e.max_workers == 0 ? "no limit on workers" : count(e.max_workers, "worker"))));
    }
    void take(const event::StageStarted&) {}
    void take(const event::StageFinished&) {}
    void take(const event::CommandStarted&) {}

    void take(const event::JobStarted& e) {
        set_phase(e.job, Phase::running);
        running_.start(e.job, names_.of(e.stage, e.job), now_);
    }

    void take(const event::JobOutput& e) {
        if (RunningAttempt* const attempt = running_.find(e.job)) running_.feed(*attempt, e.stream, e.text);
    }

    void take(const event::JobRetried& e) {
        log(' ' + palette_.yellow("↻ " + name_column(names_.of(e.stage, e.job))) + "  attempt " + std::to_string(e.attempt.number) +
            " failed: " + reason_text(e.attempt.reason) + " after " + format_duration(e.attempt.duration) + " · retrying " +
            delay_text(e.delay) + " (" + std::to_string(e.attempt.number) + " of " + std::to_string(e.job.retry_count) + ')');
        running_.remove(e.job);
        set_phase(e.job, Phase::waiting);
    }

    void take(const event::JobFinished& e) {
        ++done_;
        set_phase(e.job, Phase::done);
        const std::string name = names_.of(e.stage, e.job);
        RunningAttempt* const attempt = running_.find(e.job);
        if (attempt) running_.drain(*attempt, {}, true);
        failures_.add(e, name, attempt);
        running_.remove(e.job);
        log(result_line(e, name));
        for (const std::string& warning : e.job.warnings) log("   " + palette_.yellow("warning: ") + name + ": " + printable(warning));
    }

    void take(const event::RunFinished& e) {
        EndOptions end;
        end.base = options_.base;
        end.hint_options = options_.hint_options;
        end.palette = palette_;
        end.lists_all = options_.lists_all;
        end.past = past_.runs();
        end.columns = options_.window.columns;
        std::string text = "\n";
        for (const FailedJobs::Entry& failure : failures_) text += failed_job_block(*run_, failure, end);
        text += end_summary(*run_, names_, e.critical_path, end);
        for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) log(std::string(rest.substr(0, rest.find('\n'))));
    }

    std::string name_column(const std::string& name) const {
        const std::size_t width = std::min(name_width_, options_.window.columns / 3);
        return cells(name) < width ? padded(name, width) : name;
    }

    std::string result_line(const event::JobFinished& e, const std::string& name) const {
        const char* glyph = "✗ ";
        if (e.job.status == PipelineStatus::success) glyph = "✓ ";
        if (e.job.status == PipelineStatus::skipped || e.job.status == PipelineStatus::cancelled) glyph = "⊘ ";
        if (e.job.status == PipelineStatus::failure && e.allowed) glyph = "≈ ";
        const std::string time = e.job.attempts.empty() ? "" : format_duration(e.job.duration);
        std::string line = ' ' + palette_.by(e.job.status, e.allowed, glyph + name_column(name)) + "  " +
                           std::string(7 - std::min<std::size_t>(7, time.size()), ' ') + time;
        if (!e.job.reused_from.empty()) return line + "  reused from run " + printable(e.job.reused_from);
        const std::string reason = reason_text(e.job.reason);
        switch (e.job.status) {
            case PipelineStatus::success: return line;
            case PipelineStatus::skipped: return line + "  skipped" + (reason.empty() ? "" : ": " + reason);
            case PipelineStatus::cancelled: return line + "  " + (reason.empty() ? "cancelled" : reason);
            default: break;
        }
        line += "  failed" + (reason.empty() ? "" : ": " + reason);
        if (!e.job.attempts.empty()) line += attempt_note(e.job, e.job.attempts.back().number);
        return line + (e.allowed ? " (allowed to fail)" : "");
    }

    /// Which job waits for which: a stage's jobs for all those of the stages before it.
    void note_jobs() {
        constexpr std::size_t widest = 28;
        std::unordered_map<std::string_view, std::vector<std::size_t>> of_stage;
        for (const PipelineStage& stage : run_->stages) {
            for (const PipelineJob& job : stage.jobs) {
                const std::size_t index = entries_.size();
                by_job_.emplace(&job, index);
                of_stage[stage.name].push_back(index);
                Entry entry;
                entry.name = names_.of(stage, job);
                entry.job = &job;
                name_width_ = std::max(name_width_, std::min(widest, cells(entry.name)));
                entries_.push_back(std::move(entry));
            }
        }
        if (entries_.size() > 2000) return;  // what is next is not said of a graph that nobody can look over
        for (const PipelineStage& stage : run_->stages) {
            for (const std::size_t index : of_stage[stage.name]) {
                Entry& entry = entries_[index];
                for (const std::string& before : stage.dependencies) {
                    const auto& jobs = of_stage[before];
                    entry.after.insert(entry.after.end(), jobs.begin(), jobs.end());
                }
                for (const std::size_t other : of_stage[stage.name]) {
                    const auto& wanted = entry.job->dependencies;
                    if (std::find(wanted.begin(), wanted.end(), entries_[other].job->name) != wanted.end()) entry.after.push_back(other);
                }
            }
        }
    }

    void set_phase(const PipelineJob& job, Phase phase) {
        const auto found = by_job_.find(&job);
        if (found == by_job_.end()) return;
        entries_[found->second].phase = phase;
        first_waiting_ = std::min(first_waiting_, found->second);
        while (first_waiting_ < entries_.size() && entries_[first_waiting_].phase != Phase::waiting) ++first_waiting_;
    }

    /// `asan (after build (gcc))` if all that it waits for is running already.
    std::string next_after(const Entry& entry) const {
        std::vector<const Entry*> awaited;
        for (const std::size_t before : entry.after) {
            if (entries_[before].phase == Phase::waiting) return {};
            if (entries_[before].phase == Phase::running) awaited.push_back(&entries_[before]);
        }
        if (awaited.empty()) return {};
        return entry.name + " (after " + awaited.front()->name +
               (awaited.size() == 1 ? ")" : " and " + std::to_string(awaited.size() - 1) + " more)");
    }

    CanvasContent content() {
        CanvasContent shown;
        for (const auto& [order, attempt] : running_) {
            CanvasContent::Row row;
            row.name = attempt.name;
            row.running = now_ - attempt.started;
            if (shown.rows.size() < options_.window.rows) row.last_line = plain_line(attempt.last_line());
            shown.rows.push_back(std::move(row));
        }
        for (std::size_t i = first_waiting_; i < entries_.size() && shown.waiting.size() < listed_waiting; ++i) {
            if (entries_[i].phase != Phase::waiting) continue;
            shown.waiting.push_back(entries_[i].name);
            if (shown.next.empty()) shown.next = next_after(entries_[i]);
        }
        shown.done = done_;
        shown.total = total_;
        shown.waiting_count = total_ - std::min(total_, done_ + running_.size());
        shown.elapsed = now_;
        shown.left = past_.left(now_);
        return shown;
    }

    LiveViewOptions options_;
    Palette palette_;
    const Pipeline* run_ = nullptr;  // valid during on_event() only
    RunNames names_;
    RunningAttempts running_;
    std::vector<Entry> entries_;
    std::unordered_map<const PipelineJob*, std::size_t> by_job_;
    FailedJobs failures_;
    PastNotes past_;
    std::size_t name_width_ = 12;
    std::size_t first_waiting_ = 0;
    std::size_t total_ = 0;
    std::size_t done_ = 0;
    std::chrono::nanoseconds now_{0};
    std::string log_;                 // scrolls by with the next frame
    std::vector<std::string> drawn_;  // the canvas as it stands
    WindowSize drawn_for_;
    bool is_over_ = false;
};

LiveView::LiveView(LiveViewOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
LiveView::~LiveView() = default;
LiveView::LiveView(LiveView&&) noexcept = default;
LiveView& LiveView::operator=(LiveView&&) noexcept = default;

std::string LiveView::on_event(const Event& event) { return impl_->on_event(event); }
std::string LiveView::tick(std::chrono::nanoseconds elapsed) { return impl_->tick(elapsed); }
std::string LiveView::message(std::string_view line) { return impl_->message(line); }
std::string LiveView::running() { return impl_->running(); }
void LiveView::resize(WindowSize window) { impl_->resize(window); }
void LiveView::lost_place() { impl_->lost_place(); }
std::string LiveView::leave() { return impl_->leave(); }
std::string LiveView::close() { return impl_->close(); }

}  // namespace kahn::render
