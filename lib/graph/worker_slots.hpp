#pragma once

#include <kahn/graph/driver.hpp>

#include <memory>
#include <utility>

namespace kahn::graph {

/// One worker that was taken, or none. Gives it back when it dies.
class Worker {
public:
    Worker() noexcept = default;
    explicit Worker(std::shared_ptr<WorkerSlots> taken_from) noexcept : slots_(std::move(taken_from)) {}
    Worker(Worker&&) noexcept = default;
    Worker& operator=(Worker&& other) noexcept {
        if (this != &other) {
            reset();
            slots_ = std::move(other.slots_);
        }
        return *this;
    }
    ~Worker() { reset(); }

    explicit operator bool() const noexcept { return slots_ != nullptr; }
    void reset() noexcept {
        if (const auto slots = std::exchange(slots_, nullptr)) slots->release();
    }

private:
    std::shared_ptr<WorkerSlots> slots_;
};

}  // namespace kahn::graph
