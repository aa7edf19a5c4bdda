#include "engine/event_stream.hpp"

#include <kahn/base/error.hpp>

#include <exception>
#include <utility>

namespace kahn {
namespace {

Reason reason_of(const std::exception& failure) {
    const auto* const ours = dynamic_cast<const Error*>(&failure);
    const bool is_unwritten = ours && (ours->code() == Errc::workspace_unusable || ours->code() == Errc::write_failed);
    return {is_unwritten ? Reason::Code::workspace_unusable : Reason::Code::observer_failed, failure.what()};
}

}  // namespace

EventStream::EventStream(const Pipeline& run, std::shared_ptr<Clock> clock, std::vector<std::shared_ptr<Observer>> observers,
                         std::function<void(Reason)> on_failure)
    : run_(run), clock_(std::move(clock)), observers_(std::move(observers)), on_failure_(std::move(on_failure)) {}

void EventStream::emit(event::Payload what) noexcept {
    const Event event{next_++, clock_->system_now(), run_, std::move(what)};
    // An observer's failure may end jobs, and so emit from within: hence by index, and the pointer kept.
    for (std::size_t i = 0; i < observers_.size(); ++i) {
        const auto observer = observers_[i];
        if (!observer) continue;
        try {
            observer->on_event(event);
            continue;
        } catch (const std::exception& failure) {
            observers_[i] = nullptr;
            if (on_failure_) std::exchange(on_failure_, nullptr)(reason_of(failure));
        } catch (...) {
            observers_[i] = nullptr;
            if (on_failure_) std::exchange(on_failure_, nullptr)(Reason(Reason::Code::observer_failed, "an exception of an unknown type"));
        }
    }
}

}  // namespace kahn
