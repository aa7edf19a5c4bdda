#include "process/tail.hpp"

#include <algorithm>
#include <utility>

namespace kahn::process {

bool TailBudget::take(std::size_t bytes) noexcept {
    std::size_t free = free_.load(std::memory_order_relaxed);
    while (free >= bytes) {
        if (free_.compare_exchange_weak(free, free - bytes, std::memory_order_relaxed)) return true;
    }
    return false;
}

Tail::Tail(std::shared_ptr<TailBudget> budget, std::size_t limit)
    : budget_(std::move(budget)), limit_(std::min(limit, largest)) {}

Tail::~Tail() { budget_->give_back(taken_); }

void Tail::append(std::string_view bytes) {
    if (limit_ == 0 || bytes.empty()) return;
    if (!is_full_) {
        grow(std::min(limit_, ring_.size() + bytes.size()));
        const std::size_t room = std::min(limit_, std::max(granted, taken_)) - ring_.size();
        const std::string_view fitting = bytes.substr(0, room);
        ring_.append(fitting);
        bytes.remove_prefix(fitting.size());
        if (bytes.empty()) return;
        is_full_ = true;
    }
    if (bytes.size() > ring_.size()) bytes.remove_prefix(bytes.size() - ring_.size());
    const std::size_t until_end = std::min(bytes.size(), ring_.size() - next_);
    std::copy_n(bytes.begin(), until_end, ring_.begin() + static_cast<std::ptrdiff_t>(next_));
    std::copy(bytes.begin() + static_cast<std::ptrdiff_t>(until_end), bytes.end(), ring_.begin());
    next_ = (next_ + bytes.size()) % ring_.size();
}

std::string Tail::text() const { return ring_.substr(next_) + ring_.substr(0, next_); }

/// Doubles, so that a stream that prints byte by byte does not ask for each.
void Tail::grow(std::size_t wanted) {
    if (wanted <= std::max(taken_, std::min(granted, limit_))) return;
    std::size_t target = std::max(taken_, granted);
    while (target < wanted) target *= 2;
    target = std::min(target, limit_);
    if (budget_->take(target - taken_)) taken_ = target;
}

}  // namespace kahn::process
