#pragma once

#include <kahn/base/time.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>

namespace kahn {

/// A time that passes as steadily as another, its source, and stands still at times.
///
/// \par Thread safety
/// May be read from any thread at any time; it never goes back, also if the whole program is stopped in the middle of a reading.
/// stop() and go_on() are for one thread at a time.
class StandingTime {
public:
    /// What it is now. \param source tells the source's time
    template <class Source>
    SteadyTime now(const Source& source) const {
        for (;;) {
            const std::uint32_t before = version_.load(std::memory_order_acquire);
            const Ticks stands_at = stands_at_.load(std::memory_order_acquire);
            const Ticks lost = lost_.load(std::memory_order_acquire);
            const SteadyTime real = source();
            if (before % 2 != 0 || version_.load(std::memory_order_acquire) != before) continue;
            return stands_at != goes ? at(stands_at) : at(ticks(real) - lost);
        }
    }

    bool stands() const noexcept { return stands_at_.load(std::memory_order_acquire) != goes; }

    /// The source's time when it will be `when` here, if it does not stand until then.
    SteadyTime source_time(SteadyTime when) const noexcept {
        // Far away is far away, also when it would not fit any more.
        const Ticks lost = lost_.load(std::memory_order_acquire);
        return ticks(when) > std::numeric_limits<Ticks>::max() - lost ? SteadyTime::max() : at(ticks(when) + lost);
    }

    /// \param source asked while all readers wait: none of them has seen a later time by then
    template <class Source>
    void stop(const Source& source) {
        if (stands()) return;
        const Change change(version_);
        stands_at_.store(ticks(source()) - lost_.load());
    }
    template <class Source>
    void go_on(const Source& source) {
        if (!stands()) return;
        const Change change(version_);
        lost_.store(ticks(source()) - stands_at_.load());
        stands_at_.store(goes);
    }

private:
    using Ticks = std::int64_t;
    static constexpr Ticks goes = std::numeric_limits<Ticks>::min();

    static Ticks ticks(SteadyTime time) noexcept { return std::chrono::nanoseconds(time.time_since_epoch()).count(); }
    static SteadyTime at(Ticks ticks) noexcept { return SteadyTime(std::chrono::nanoseconds(ticks)); }

    /// While it lives nobody reads.
    class Change {
    public:
        explicit Change(std::atomic<std::uint32_t>& version) noexcept : version_(version) { ++version_; }
        ~Change() { ++version_; }
        Change(const Change&) = delete;
        Change& operator=(const Change&) = delete;

    private:
        std::atomic<std::uint32_t>& version_;
    };

    std::atomic<std::uint32_t> version_{0};  // odd: it is being changed
    std::atomic<Ticks> stands_at_{goes};     // of this time
    std::atomic<Ticks> lost_{0};             // of the source's time, before it stood last
};

}  // namespace kahn
