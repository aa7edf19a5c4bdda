#include "monitor/attached_recorder.hpp"

#include <utility>
#include <variant>

namespace kahn::monitor {

void AttachedRecorder::on_event(const Event& event) {
    const std::string& id = event.run.run_id;
    if (const auto* const started = std::get_if<event::RunStarted>(&event.what)) {
        const std::lock_guard lock(mutex_);
        beginnings_.insert_or_assign(id, Beginning{event.sequence, event.time, *started});
        ++special_;
        return;
    }
    if (special_ != 0) {
        if (const auto beginning = take_beginning(id)) {
            if (store_->is_live(id)) {
                leave_to_others(id);
            } else {
                recorder_->on_event(Event{beginning->sequence, beginning->time, event.run, beginning->what});
            }
        }
        if (is_left_to_others(event)) return;
    }
    recorder_->on_event(event);
}

std::optional<AttachedRecorder::Beginning> AttachedRecorder::take_beginning(const std::string& run) {
    const std::lock_guard lock(mutex_);
    const auto found = beginnings_.find(run);
    if (found == beginnings_.end()) return std::nullopt;
    const Beginning beginning = found->second;
    beginnings_.erase(found);
    --special_;
    return beginning;
}

void AttachedRecorder::leave_to_others(const std::string& run) {
    const std::lock_guard lock(mutex_);
    if (others_.insert(run).second) ++special_;
}

bool AttachedRecorder::is_left_to_others(const Event& event) {
    const std::lock_guard lock(mutex_);
    const auto found = others_.find(event.run.run_id);
    if (found == others_.end()) return false;
    if (std::holds_alternative<event::RunFinished>(event.what)) {
        others_.erase(found);
        --special_;
    }
    return true;
}

}  // namespace kahn::monitor
