#include "graph/worker_slots.hpp"

#include <boost/assert.hpp>

#include <deque>
#include <mutex>

namespace kahn::graph {
namespace {

/// No limit: every worker is free at any time.
class UnlimitedSlots final : public WorkerSlots {
public:
    unsigned count() const noexcept override { return 0; }
    bool try_acquire() override { return true; }
    bool is_wanted() const override { return false; }
    void wait(std::function<void()> granted) override { granted(); }
    void release() override {}
};

class LimitedSlots final : public WorkerSlots {
public:
    explicit LimitedSlots(unsigned count) : count_(count), free_(count) {}

    unsigned count() const noexcept override { return count_; }

    bool try_acquire() override {
        const std::lock_guard lock(mutex_);
        if (free_ == 0 || !waiting_.empty()) return false;
        --free_;
        return true;
    }

    bool is_wanted() const override {
        const std::lock_guard lock(mutex_);
        return !waiting_.empty();
    }

    void wait(std::function<void()> granted) override {
        {
            const std::lock_guard lock(mutex_);
            waiting_.push_back(std::move(granted));
        }
        hand_out();
    }

    void release() override {
        {
            const std::lock_guard lock(mutex_);
            BOOST_ASSERT(free_ < count_);
            ++free_;
        }
        hand_out();
    }

private:
    /// Nothing is called under the lock, so that what is called may give the worker back. It then finds somebody
    /// handing out and leaves the next one in line to him: however many do not want theirs, nothing recurs.
    void hand_out() {
        std::unique_lock lock(mutex_);
        if (is_handing_out_) return;
        is_handing_out_ = true;
        while (free_ > 0 && !waiting_.empty()) {
            std::function<void()> granted = std::move(waiting_.front());
            waiting_.pop_front();
            --free_;
            lock.unlock();
            granted();
            granted = nullptr;  // what it holds dies outside the lock, too
            lock.lock();
        }
        is_handing_out_ = false;
    }

    const unsigned count_;
    mutable std::mutex mutex_;
    unsigned free_;
    std::deque<std::function<void()>> waiting_;
    bool is_handing_out_ = false;
};

}  // namespace

std::shared_ptr<WorkerSlots> WorkerSlots::make(unsigned count) {
    if (count == 0) return std::make_shared<UnlimitedSlots>();
    return std::make_shared<LimitedSlots>(count);
}

}  // namespace kahn::graph
