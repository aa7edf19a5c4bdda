#include "store/recorder.hpp"

#include <kahn/base/error.hpp>

#include "store/live_run.hpp"
#include "store/origin.hpp"
#include "store/summary.hpp"

#include <future>
#include <optional>
#include <system_error>
#include <utility>
#include <variant>

namespace kahn::store {
namespace {

/// Whether it must not be lost with the engine: what starts, before it does, and what ended.
bool is_to_stay(const event::Payload& what) {
    if (const auto* const finished = std::get_if<event::JobFinished>(&what)) {
        return !finished->job.attempts.empty() || !finished->job.reused_from.empty();
    }
    return std::holds_alternative<event::JobStarted>(what) || std::holds_alternative<event::JobRetried>(what);
}

bool is_end_state(const event::Payload& what) { return std::holds_alternative<event::JobFinished>(what); }

LiveRun::Keep keeping(const event::Payload& what, Durability durability) {
    if (durability == Durability::full && is_end_state(what)) return LiveRun::Keep::on_disk;
    return is_to_stay(what) ? LiveRun::Keep::written : LiveRun::Keep::with_next;
}

}  // namespace

Recorder::Recorder(std::shared_ptr<Workspace> workspace, RunOrigin origin, std::function<void(std::string)> cancel)
    : workspace_(std::move(workspace)), origin_(std::move(origin)), cancel_(std::move(cancel)) {}

Recorder::~Recorder() {
    for (const auto& [id, run] : live_) workspace_->keeper().remove(run);
}

void Recorder::on_event(const Event& event) {
    if (const auto* const started = std::get_if<event::RunStarted>(&event.what)) begin(event, *started);
    const auto run = find(event.run.run_id);
    if (!run) return;  // it began before this recorder was there
    const int error = run->add(event, keeping(event.what, workspace_->options().durability));
    if (error != 0) {
        workspace_->logger().warning("run " + event.run.run_id + " cannot be recorded any further, it goes on: " +
                                     (run->folder().path() / "events.ndjson").string() + ": " + std::generic_category().message(error));
    }
    if (const auto* const finished = std::get_if<event::RunFinished>(&event.what)) finish(event, *finished, run);
}

void Recorder::begin(const Event& event, const event::RunStarted& started) {
    RunRecord about;
    about.origin = complete_origin(origin_, event.run);
    about.origin.trace_id = started.trace_id;
    about.max_workers = started.max_workers;
    about.levels = started.levels;
    HistoryEntry entry = summarise(about, event.run);
    const auto run = std::make_shared<LiveRun>(workspace_->folder(), event.run, std::move(about), cancel_);
    workspace_->keeper().post([run] { run->sync_beginning(); });
    workspace_->note_begin_soon(std::move(entry));
    workspace_->keeper().add(run);
    const std::lock_guard lock(mutex_);
    live_.insert_or_assign(event.run.run_id, run);
}

void Recorder::finish(const Event& event, const event::RunFinished& finished, const std::shared_ptr<LiveRun>& run) {
    {
        const std::lock_guard lock(mutex_);
        live_.erase(event.run.run_id);
    }
    workspace_->keeper().remove(run);
    const auto entry = std::make_shared<const HistoryEntry>(summarise(run->about(), event.run));
    std::promise<std::optional<HistoryFile::Range>> line;
    workspace_->note_end_soon(entry, line.get_future());
    try {
        run->finish(event.run, finished.critical_path);
    } catch (const Error& failure) {
        throw Error(Errc::write_failed, std::string("the run could not be recorded: ") + failure.what());
    }
    const auto written = workspace_->add_to_history(*entry);
    run->release();
    line.set_value(written);
}

std::shared_ptr<LiveRun> Recorder::find(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = live_.find(id);
    return found == live_.end() ? nullptr : found->second;
}

}  // namespace kahn::store
