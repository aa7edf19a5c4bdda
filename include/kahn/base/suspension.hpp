#pragma once

#include <memory>
#include <mutex>
#include <vector>

namespace kahn {

/// Whether one run stands still, for all that it consists of: its clock, its jobs, their processes.
///
/// \par Thread safety
/// Every member may be called from any thread.
class Suspension {
public:
    /// What stands still with it. Called on the thread that suspends or resumes, one call at a time, each after the other.
    class Part {
    public:
        virtual ~Part() = default;
        virtual void suspend() noexcept = 0;
        virtual void resume() noexcept = 0;

    protected:
        Part() = default;
        Part(const Part&) = default;
        Part& operator=(const Part&) = default;
    };

    /// Suspends every part, in the order in which they joined, before it returns. False: it was suspended already.
    bool suspend();
    /// False: it was not suspended.
    bool resume();
    bool is_suspended() const;

    /// From now on the part is told; at once if it is to stand still already. It may die at any time.
    void join(std::weak_ptr<Part> part);

private:
    std::vector<std::shared_ptr<Part>> parts();

    std::mutex turn_;  // held while parts are told, so that none hears of an end before the beginning
    mutable std::mutex mutex_;
    bool is_suspended_ = false;
    std::vector<std::weak_ptr<Part>> parts_;
    std::size_t purge_at_ = 64;
};

}  // namespace kahn
