#include "manager/run_registry.hpp"

#include <utility>

namespace kahn {

void RunRegistry::put(Pipeline definition) {
    const std::lock_guard lock(mutex_);
    std::string name = definition.name;
    definitions_.insert_or_assign(std::move(name), std::move(definition));
}

std::optional<Pipeline> RunRegistry::definition(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = definitions_.find(name);
    if (found == definitions_.end()) return std::nullopt;
    return found->second;
}

std::vector<std::string> RunRegistry::names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, definition] : definitions_) names.push_back(name);
    return names;
}

std::optional<PipelineStatus> RunRegistry::status(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    if (!definitions_.contains(name)) return std::nullopt;
    const auto found = newest_.find(name);
    return found == newest_.end() ? PipelineStatus::pending : found->second.status;
}

std::shared_ptr<RunRegistry::Lease> RunRegistry::begin(const std::shared_ptr<RunRegistry>& registry, std::string pipeline) {
    auto control = std::make_shared<RunControl>();
    std::uint64_t id = 0;
    {
        const std::lock_guard lock(registry->mutex_);
        if (registry->is_closed_) return nullptr;
        id = registry->next_id_++;
        registry->newest_.insert_or_assign(pipeline, Newest{id, PipelineStatus::running});
        registry->going_.emplace(id, Going{std::move(pipeline), control});
    }
    return std::make_shared<Lease>(registry, id, std::move(control));
}

RunRegistry::Lease::~Lease() { registry_->end(id_); }

void RunRegistry::Lease::finished(PipelineStatus status) {
    const std::lock_guard lock(registry_->mutex_);
    const auto going = registry_->going_.find(id_);
    if (going == registry_->going_.end()) return;
    const auto newest = registry_->newest_.find(going->second.pipeline);
    if (newest != registry_->newest_.end() && newest->second.id == id_) newest->second.status = status;
}

void RunRegistry::end(std::uint64_t id) {
    std::vector<std::function<void()>> waiters;
    {
        const std::lock_guard lock(mutex_);
        const auto going = going_.find(id);
        if (going != going_.end()) {
            const auto newest = newest_.find(going->second.pipeline);
            if (newest != newest_.end() && newest->second.id == id) {
                // Its coroutine was destroyed before it could say how it ended.
                if (newest->second.status == PipelineStatus::running) newest->second.status = PipelineStatus::cancelled;
                if (!definitions_.contains(newest->first)) newest_.erase(newest);
            }
            going_.erase(going);
        }
        if (going_.empty()) waiters.swap(idle_waiters_);
    }
    for (const auto& waiter : waiters) waiter();
}

std::vector<std::shared_ptr<RunControl>> RunRegistry::controls_of(std::string_view pipeline) const {
    std::vector<std::shared_ptr<RunControl>> controls;
    const std::lock_guard lock(mutex_);
    for (const auto& [id, going] : going_) {
        if (going.pipeline == pipeline) controls.push_back(going.control);
    }
    return controls;
}

bool RunRegistry::cancel(std::string_view pipeline, const std::string& why) {
    bool is_first = false;
    for (const auto& control : controls_of(pipeline)) is_first = control->cancel(why) || is_first;
    return is_first;
}

bool RunRegistry::suspend(std::string_view pipeline) {
    bool was_any = false;
    for (const auto& control : controls_of(pipeline)) was_any = control->suspend() || was_any;
    return was_any;
}

bool RunRegistry::resume(std::string_view pipeline) {
    bool was_any = false;
    for (const auto& control : controls_of(pipeline)) was_any = control->resume() || was_any;
    return was_any;
}

std::vector<std::shared_ptr<RunControl>> RunRegistry::close() {
    const std::lock_guard lock(mutex_);
    is_closed_ = true;
    std::vector<std::shared_ptr<RunControl>> controls;
    for (const auto& [id, going] : going_) controls.push_back(going.control);
    return controls;
}

void RunRegistry::when_idle(std::function<void()> idle) {
    {
        const std::lock_guard lock(mutex_);
        if (!going_.empty()) {
            idle_waiters_.push_back(std::move(idle));
            return;
        }
    }
    idle();
}

}  // namespace kahn
