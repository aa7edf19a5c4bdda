#include <kahn/base/suspension.hpp>

#include <algorithm>
#include <utility>

namespace kahn {

bool Suspension::suspend() {
    const std::lock_guard turn(turn_);
    {
        const std::lock_guard lock(mutex_);
        if (std::exchange(is_suspended_, true)) return false;
    }
    for (const auto& part : parts()) part->suspend();
    return true;
}

bool Suspension::resume() {
    const std::lock_guard turn(turn_);
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(is_suspended_, false)) return false;
    }
    for (const auto& part : parts()) part->resume();
    return true;
}

bool Suspension::is_suspended() const {
    const std::lock_guard lock(mutex_);
    return is_suspended_;
}

void Suspension::join(std::weak_ptr<Part> part) {
    const std::lock_guard turn(turn_);
    {
        const std::lock_guard lock(mutex_);
        // Now and then, so that a run of any length keeps only the parts that live.
        if (parts_.size() >= purge_at_) {
            std::erase_if(parts_, [](const std::weak_ptr<Part>& old) { return old.expired(); });
            purge_at_ = std::max<std::size_t>(64, parts_.size() * 2);
        }
        parts_.push_back(part);
        if (!is_suspended_) return;
    }
    if (const auto live = part.lock()) live->suspend();
}

std::vector<std::shared_ptr<Suspension::Part>> Suspension::parts() {
    const std::lock_guard lock(mutex_);
    std::vector<std::shared_ptr<Part>> live;
    for (const auto& part : parts_) {
        if (auto strong = part.lock()) live.push_back(std::move(strong));
    }
    return live;
}

}  // namespace kahn
