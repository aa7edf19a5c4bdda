#pragma once

#include <kahn/base/time.hpp>
#include <kahn/model/event.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace kahn {

/// Numbers a run's events and hands them to its observers, in order. Used on the run's strand only.
class EventStream {
public:
    /// \param run        the run's working copy; outlives the stream
    /// \param on_failure called once, with the first exception that an observer throws: workspace_unusable for a record that
    ///                   cannot be written, else observer_failed, and its text
    EventStream(const Pipeline& run, std::shared_ptr<Clock> clock, std::vector<std::shared_ptr<Observer>> observers,
                std::function<void(Reason)> on_failure);

    /// An observer that threw is not called again; the others go on.
    void emit(event::Payload what) noexcept;

private:
    const Pipeline& run_;
    std::shared_ptr<Clock> clock_;
    std::vector<std::shared_ptr<Observer>> observers_;
    std::function<void(Reason)> on_failure_;
    std::uint64_t next_ = 0;
};

}  // namespace kahn
