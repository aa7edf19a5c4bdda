#include "store/recorder.hpp"

#include <kahn/base/error.hpp>

#include "store/live_run.hpp"
#include "store/origin.hpp"

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
    RunRecord record;
    record.pipeline = event.run;
    record.origin = complete_origin(origin_, event.run);
    record.origin.trace_id = started.trace_id;
    record.max_workers = started.max_workers;
    record.levels = started.levels;
    const auto run = std::make_shared<LiveRun>(workspace_->folder(), std::move(record), cancel_);
    workspace_->note_begin(run->record());
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
    run->record().pipeline = event.run;
    run->record().critical_path = finished.critical_path;
    try {
        run->finish();
    } catch (const Error& failure) {
        throw Error(Errc::write_failed, std::string("the run could not be recorded: ") + failure.what());
    }
    workspace_->note_end(run->record());
    run->release();
}

std::shared_ptr<LiveRun> Recorder::find(const std::string& id) {
    const std::lock_guard lock(mutex_);
    const auto found = live_.find(id);
    return found == live_.end() ? nullptr : found->second;
}

}  // namespace kahn::store
