#include "monitor/attached_recorder.hpp"

#include <variant>

namespace kahn::monitor {

void AttachedRecorder::on_event(const Event& event) {
    if (!is_left_to_others(event)) recorder_->on_event(event);
}

bool AttachedRecorder::is_left_to_others(const Event& event) {
    const std::string& id = event.run.run_id;
    if (std::holds_alternative<event::RunStarted>(event.what)) {
        if (!store_->is_live(id)) return false;
        const std::lock_guard lock(mutex_);
        others_.insert(id);
        others_count_ = others_.size();
        return true;
    }
    if (others_count_ == 0) return false;
    const std::lock_guard lock(mutex_);
    if (!others_.contains(id)) return false;
    if (std::holds_alternative<event::RunFinished>(event.what)) {
        others_.erase(id);
        others_count_ = others_.size();
    }
    return true;
}

}  // namespace kahn::monitor
